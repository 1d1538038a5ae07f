"""The same rows written by an object-relational mapper: one session and one transaction for each case.

The classes are made from the tables as they are, the objects from the rows that the bare limit has
written; those of one transaction are one case. Nothing is read, checked or served.
"""

import asyncio
import time
import warnings
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import MetaData, Table, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.ext.automap import automap_base

from shared.postgres.database import EVERYWHERE, engine_for
from shared.postgres.pools_seen import LOOK_AS_NAMED

Row = tuple[str, dict[str, Any]]
"""A table, and the values of a row of it."""


class _Classes(dict[str, Any]):
    """A class for each table with a key; `tables` are all of them."""

    tables: dict[str, Table]


async def rows_by_case(url: str) -> list[list[Row]]:
    """What lies in the tables, in lists of what one transaction has written; what came before the first
    case (pool, bank, papers) is left out."""
    engine = engine_for(url)
    cases: dict[str, list[Row]] = defaultdict(list)
    try:
        async with engine.begin() as conn:
            await _look(conn)
            for table in (await _tables(conn)).values():
                of_its_own = [one for one in table.columns if one.identity is None]
                found = await conn.execute(select(literal_column("xmin::text"), *of_its_own))
                for transaction, *values in found:
                    names = (one.name for one in of_its_own)
                    cases[transaction].append((table.name, dict(zip(names, values, strict=True))))
    finally:
        await engine.dispose()
    return [rows for rows in cases.values() if any(name == "applications" for name, _ in rows)]


async def by_mapper(url: str, cases: Sequence[Sequence[Row]], *, clients: int) -> float:
    """Seconds for these rows by so many sessions at once, into a database that has none of them."""
    engine = engine_for(url, pool_size=clients)
    try:
        classes = await _classes(engine)
        left = iter(cases)
        start = time.perf_counter()
        await asyncio.gather(*(_write(engine, classes, left) for _ in range(clients)))
        return time.perf_counter() - start
    finally:
        await engine.dispose()


async def _write(engine: AsyncEngine, classes: _Classes, left: Any) -> None:
    for rows in left:
        async with AsyncSession(engine) as session:
            await _look(await session.connection())
            session.add_all([classes[name](**values) for name, values in rows if name in classes])
            # A table without a key has no class.
            for name, values in rows:
                if name not in classes:
                    await session.execute(classes.tables[name].insert(), values)
            await session.commit()


async def _look(conn: AsyncConnection) -> None:
    await conn.execute(
        text(LOOK_AS_NAMED), {"institution": EVERYWHERE, "pools": "*", "person": "*"}
    )


def _of_a_case(table: str, _: MetaData) -> bool:
    """Looks are of no case; what is to be counted, triggers write for whoever writes the case."""
    return not table.startswith("reads") and not table.endswith("_counts_due")


async def _tables(conn: AsyncConnection) -> dict[str, Table]:
    metadata = MetaData()
    await conn.run_sync(lambda sync: metadata.reflect(sync, only=_of_a_case))
    return {table.name: table for table in metadata.sorted_tables}


async def _classes(engine: AsyncEngine) -> _Classes:
    async with engine.connect() as conn:
        tables = await _tables(conn)
    base = automap_base(metadata=next(iter(tables.values())).metadata)
    base.prepare()
    with warnings.catch_warnings():
        # Two tables share a column of their keys; nothing is written to either here.
        warnings.simplefilter("ignore")
        base.registry.configure()
    found = _Classes(base.classes.items())
    found.tables = tables
    return found

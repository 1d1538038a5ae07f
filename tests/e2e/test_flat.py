"""What is asked costs the same however large the book is: counted by PostgreSQL, in rows read.

The town's cases stand copied, as the large book of the benchmarks copies the demo's: most of them
in other pools and of other banks. Then everything that can be read is read once more.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from benchmarks.large_book import count
from benchmarks.large_book_tables import (
    APPLICATIONS,
    FUNCTIONS,
    NOTIFICATIONS,
    RISK_POOL,
    insertion,
)
from shared.postgres.database import EVERYWHERE, Database
from tests.applications.office import CCB, ICBC
from tests.e2e.api import READING, Route
from tests.e2e.town import BUREAU_ROLES, Town

pytestmark = [pytest.mark.xdist_group("flat"), pytest.mark.timeout(600)]

COPIES = 3000
"""Of the case; a quarter of them of the same bank in the same pool."""
A_PAGE = 450
"""Rows that a page may read, with all that stands beside its fifty rows; what stands there by pool has two
hundred of the copies' pools, of cases and of loans."""
OF_THE_WHOLE = (
    "/valuation-statistics", "/to-do/figures", "/my-figures",
    "/reports/loans", "/reports/{report}", "/reports/{report}.xlsx",
    "/foresight", "/foresight.xlsx", "/warnings/monthly", "/verification",
    "/export.{file_form}", "/export.csv", "/export.xlsx", "/ledger-export", "/audit-export",
    "/pledge-records", "/alliance", "/statements/{party_code}.{form}", "/statements/{party_code}/lines.csv",
    "/statements/{party_code}/entries",
)  # fmt: skip
"""What counts or hands out the whole of a pool, a period or a month: it grows with that. For a bank the
whole is its own: one that has nothing reads nothing."""
# The tables of a test are so small that reading them whole could be right; with many rows it is
# not; nor do the rows of a large one lie together, as a bitmap likes it. What an index alone answers is not
# counted.
_AS_IF_LARGE = tuple(
    f"set local enable_{way} = off" for way in ("seqscan", "indexonlyscan", "bitmapscan")
)
_READ = """
select relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as rows
from pg_stat_xact_user_tables
"""
Read = dict[str, Counter[str]]
"""By route, the rows read of each table."""


_rows: ContextVar[Counter[str] | None] = ContextVar("rows", default=None)
"""Where a request counts; what else the services do meanwhile is not counted."""


@contextmanager
def counted() -> Iterator[None]:
    """Let every transaction of a request that is counted add the rows that it reads."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("begin", "looking"):
            patch.setattr(Database, name, _counted(getattr(Database, name)))
        patch.setattr(Database, "reading", _counted_session(Database.reading))
        yield


def _counted(transaction: Any) -> Any:
    @asynccontextmanager
    async def begun(self: Database, institution: str) -> AsyncIterator[asyncpg.Connection]:
        async with transaction(self, institution) as conn:
            if (rows := _rows.get()) is None:
                yield conn
                return
            for setting in _AS_IF_LARGE:
                await conn.execute(setting)
            before = Counter(dict(map(tuple, await conn.fetch(_READ))))
            yield conn
            rows.update(Counter(dict(map(tuple, await conn.fetch(_READ)))) - before)

    return begun


def _counted_session(reading: Any) -> Any:
    @asynccontextmanager
    async def begun(self: Database, institution: str) -> AsyncIterator[Any]:
        async with reading(self, institution) as session:
            if (rows := _rows.get()) is None:
                yield session
                return
            conn = await session.connection()
            for setting in _AS_IF_LARGE:
                await conn.execute(text(setting))
            before = Counter(dict(map(tuple, await conn.execute(text(_READ)))))
            yield session
            rows.update(Counter(dict(map(tuple, await conn.execute(text(_READ))))) - before)

    return begun


async def everything_read(town: Town, own: dict[str, str], asker: str) -> Read:
    """What each route reads when somebody asks it."""
    found: Read = {}
    for route in READING:
        if route.path.endswith("/stream"):
            continue
        rows: Counter[str] = Counter()
        async with asking(town, route, asker) as person:
            place = _rows.set(rows)
            answer = await person.get(route.url(**own))
            _rows.reset(place)
        if answer.status_code == 200:
            found[str(route)] = +rows
    return found


@asynccontextmanager
async def asking(town: Town, route: Route, asker: str) -> AsyncIterator[Any]:
    """A clerk of a bank, or a person of the bureau with every role."""
    service = town.services[route.service]
    if asker == "bureau":
        async with service.as_("everybody", *BUREAU_ROLES) as person:
            yield person
        return
    yield town.clerk(route.service, asker)


async def grow(url_of: Any, loan_id: str) -> None:
    """Copy the rows of a case in all three databases."""
    for service, tables in (
        ("applications", APPLICATIONS), ("risk_pool", RISK_POOL), ("notifications", NOTIFICATIONS),
    ):  # fmt: skip
        conn = await asyncpg.connect(await url_of(service))
        try:
            await conn.execute("set session_replication_role = replica")
            await conn.execute(FUNCTIONS)
            await conn.execute("create temp table book_cases (id uuid primary key, copies integer)")
            await conn.execute("insert into book_cases values ($1, $2)", loan_id, COPIES)
            for table in tables:
                await conn.execute(await insertion(conn, table))
            await conn.execute("analyze")
            if service != "notifications":
                await count(conn)
        finally:
            await conn.close()


@pytest.fixture(scope="module")
async def read(full: Any, postgres_url: str) -> dict[str, tuple[Read, Read]]:
    """Asker → what was read of the small book, and of the large one."""
    town, own = full

    async def url_of(service: str) -> str:
        async with town.services[service].context.database.looking(EVERYWHERE) as conn:
            name = await conn.fetchval("select current_database()")
        return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    askers = ("bureau", ICBC, CCB)
    with counted():
        small = {asker: await everything_read(town, own, asker) for asker in askers}
        await grow(url_of, own["loan_id"])
        large = {asker: await everything_read(town, own, asker) for asker in askers}
    return {asker: (small[asker], large[asker]) for asker in askers}


@pytest.mark.parametrize("asker", ["bureau", ICBC, CCB])
async def test_what_is_asked_reads_as_little_of_a_large_book_as_of_a_small_one(
    read: dict[str, tuple[Read, Read]], asker: str
):
    small, large = read[asker]
    assert len(large) > 40
    grown = {
        route: dict(more)
        for route, rows in large.items()
        if (more := rows - small[route]).total() > A_PAGE
    }
    allowed = OF_THE_WHOLE if asker != CCB else ()
    assert {route: rows for route, rows in grown.items() if not route.endswith(allowed)} == {}

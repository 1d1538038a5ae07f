"""Whether there is a pool, and in which version people read it."""

import asyncpg

from services.risk_pool.tables.ledger import LockedPool
from shared.months import Month


async def version_of(conn: asyncpg.Connection, code: str) -> int | None:
    """The version of what people read of a pool; None where there is no such pool."""
    version: int | None = await conn.fetchval("select version from pools where code = $1", code)
    return version


async def programmes(conn: asyncpg.Connection) -> list[tuple[str, str]]:
    """Every pool and its programme."""
    rows = await conn.fetch("select code, programme from pools order by code")
    return [(row["code"], row["programme"]) for row in rows]


async def named(conn: asyncpg.Connection) -> list[tuple[str, str, str]]:
    """Every pool by code, name and programme."""
    rows = await conn.fetch("select code, name, programme from pools order by code")
    return [(row["code"], row["name"], row["programme"]) for row in rows]


async def as_it_stands(conn: asyncpg.Connection, code: str) -> LockedPool | None:
    """A pool in this snapshot, held by nobody, for figures that are only shown; None where there is
    none."""
    row = await conn.fetchrow(
        "select code, name, programme, opened_on, stopped, closed_until, run_off_from"
        " from pools where code = $1",
        code,
    )
    return None if row is None else LockedPool(**row)


async def living(conn: asyncpg.Connection) -> list[asyncpg.Record]:
    """The pools that are not closed and in which the reader's institution takes part; for the bureau
    all that it sees."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select code, name, programme from pools
           where closed_on is null and exists (select from parties p where p.pool_code = pools.code)
           order by code"""
    )
    return rows


async def head_of(conn: asyncpg.Connection, code: str) -> tuple[int, bytes]:
    """How long the ledger of a pool that is there is, and its last hash."""
    row = await conn.fetchrow("select last_seq, last_hash from pools where code = $1", code)
    return row["last_seq"], bytes(row["last_hash"] or b"")


async def not_closed(conn: asyncpg.Connection, month: Month) -> list[str]:
    """The codes of pools that were open in a month whose books of it are not closed."""
    rows = await conn.fetch(
        """select code from pools where opened_on <= $1 and (closed_until is null or closed_until < $1)
           order by code""",
        month.last,
    )
    return [row["code"] for row in rows]

"""Pools in PostgreSQL: opened once, their version raised with what people read of them."""

from datetime import date, datetime

import asyncpg

from services.risk_pool.tables.facts import POOL
from shared.postgres.touched import touch


async def open_pool(
    conn: asyncpg.Connection,
    code: str,
    *,
    name: str,
    programme: str,
    opened_on: date,
    prefix: str,
    now: datetime,
) -> bool:
    """Open a pool. False where there is one of that code: then nothing happens."""
    opened = await conn.fetchval(
        """insert into pools (code, name, programme, opened_on, prefix, created_at)
           values ($1, $2, $3, $4, $5, $6) on conflict (code) do nothing returning code""",
        code,
        name,
        programme,
        opened_on,
        prefix,
        now,
    )
    touch(conn, POOL, pools=[code])
    return opened is not None


async def prefixes_taken(conn: asyncpg.Connection) -> set[str]:
    """The letters that the numbers of pools begin with, held until this transaction ends: two
    pools that are opened at the same moment do not choose the same."""
    await conn.execute("select pg_advisory_xact_lock(hashtext('prefixes of pools'))")
    return {row["prefix"] for row in await conn.fetch("select prefix from pools")}


async def set_stopped(conn: asyncpg.Connection, code: str, *, stopped: bool) -> None:
    """Whether the pool takes new entries, as its breaker says; banks may not see the breaker."""
    await conn.execute(
        "update pools set stopped = $2, version = version + 1 where code = $1", code, stopped
    )


async def raise_version(conn: asyncpg.Connection, code: str) -> None:
    """What people read of the pool has changed."""
    await conn.execute("update pools set version = version + 1 where code = $1", code)


async def last_seq(conn: asyncpg.Connection, code: str) -> int:
    """The number of the pool's last transfer."""
    return int(await conn.fetchval("select last_seq from pools where code = $1", code))

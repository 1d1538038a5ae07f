"""Pools in PostgreSQL: opened once, their version raised with what people read of them."""

from datetime import date, datetime

import asyncpg


async def open_pool(
    conn: asyncpg.Connection,
    code: str,
    *,
    name: str,
    programme: str,
    opened_on: date,
    now: datetime,
) -> bool:
    """Open a pool. False where there is one of that code: then nothing happens."""
    opened = await conn.fetchval(
        """insert into pools (code, name, programme, opened_on, created_at)
           values ($1, $2, $3, $4, $5) on conflict do nothing returning code""",
        code,
        name,
        programme,
        opened_on,
        now,
    )
    return opened is not None


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

"""Orders to move breakers by hand, as they are read; a bank sees those about itself."""

from uuid import UUID

import asyncpg


async def find(conn: asyncpg.Connection, order_id: UUID) -> asyncpg.Record | None:
    """An order; None where the caller may know of none."""
    return await conn.fetchrow("select * from breaker_orders where id = $1", order_id)


async def of_pool(conn: asyncpg.Connection, pool_code: str) -> list[asyncpg.Record]:
    """A pool's orders, the newest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select * from breaker_orders where pool_code = $1 order by id desc", pool_code
    )
    return rows

"""Orders to move breakers by hand, as they are read; a bank sees those about itself."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg


async def find(
    conn: asyncpg.Connection, order_id: UUID, *, states: Sequence[str] | None
) -> asyncpg.Record | None:
    """An order in one of the states (None: any); None where the caller may know of none."""
    return await conn.fetchrow(
        """select * from breaker_orders
           where id = $1 and ($2::text[] is null or state = any($2))""",
        order_id,
        states,
    )


async def of_pool(
    conn: asyncpg.Connection,
    pool_code: str,
    *,
    states: Sequence[str] | None,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """A pool's orders in one of the states (None: any), the newest first, from before one on."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select * from breaker_orders
           where pool_code = $1 and ($2::text[] is null or state = any($2))
             and ($3::uuid is null or id < $3)
           order by id desc limit $4""",
        pool_code,
        states,
        before,
        limit,
    )
    return rows

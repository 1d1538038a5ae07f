"""Which programme a pool is of, learnt from the events that open pools."""

from collections.abc import Sequence

import asyncpg


async def remember(conn: asyncpg.Connection, pairs: Sequence[tuple[str, str]]) -> None:
    """Note pairs of a pool's code and its programme."""
    if not pairs:
        return
    await conn.executemany(
        "insert into pool_programmes (pool_code, programme) values ($1, $2)"
        " on conflict (pool_code) do update set programme = excluded.programme",
        pairs,
    )

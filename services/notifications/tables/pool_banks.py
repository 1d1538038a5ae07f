"""Which banks work with which pools, learnt from the events that name both."""

from collections.abc import Sequence

import asyncpg


async def remember(conn: asyncpg.Connection, pairs: Sequence[tuple[str, str]]) -> None:
    """Note pairs of a pool's and a bank's code."""
    if pairs:
        pools, banks = zip(*pairs, strict=True)
        await conn.execute(
            "insert into pool_banks select * from unnest($1::text[], $2::text[]) "
            "on conflict do nothing",
            pools,
            banks,
        )

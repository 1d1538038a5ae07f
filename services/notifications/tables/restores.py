"""Restores of this database that were taken note of."""

from datetime import datetime

import asyncpg


async def begin(conn: asyncpg.Connection, at: datetime) -> bool:
    """Take note of a restore; False where somebody has."""
    done = await conn.execute(
        "insert into restores (at, held_back) values ($1, 0) on conflict do nothing", at
    )
    return bool(done == "INSERT 0 1")


async def end(conn: asyncpg.Connection, at: datetime, *, held_back: int) -> None:
    """How many deliveries were held back for it."""
    await conn.execute("update restores set held_back = $2 where at = $1", at, held_back)

"""Reading without a commit: nobody is woken by somebody who only looks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from shared.postgres.database import LOOK_AS, Database


@asynccontextmanager
async def looking(database: Database, institution: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that reads what the institution may see, at one moment.

    Ending a `Database.begin` wakes the relay, which commits, which wakes whoever waits for
    commits: those who wait must look this way, or they would keep each other awake.
    """
    async with (
        database.connection() as conn,
        conn.transaction(isolation="repeatable_read", readonly=True),
    ):
        await conn.execute(LOOK_AS, institution)
        yield conn

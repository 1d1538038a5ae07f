"""The console's own database: connected to at first need."""

import asyncio
from typing import Any

import asyncpg

from shared.postgres.known_types import Connection

CONNECTIONS = 5


class OwnDatabase:
    """Where the console keeps what is its own: sessions, views, drafts."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: asyncpg.Pool | None = None
        self._connecting = asyncio.Lock()

    async def connected(self) -> asyncpg.Pool:
        """Its connections."""
        async with self._connecting:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=1,
                    max_size=CONNECTIONS,
                    connection_class=Connection,
                    timeout=10,
                    command_timeout=10,
                    server_settings={"application_name": "console"},
                )
        return self._pool

    async def execute(self, statement: str, *values: Any) -> str:
        """One statement; what PostgreSQL says it did."""
        return str(await (await self.connected()).execute(statement, *values))

    async def fetch(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """The rows of a query."""
        found: list[asyncpg.Record] = await (await self.connected()).fetch(statement, *values)
        return found

    async def close(self) -> None:
        """Give back what was opened."""
        if self._pool is not None:
            await self._pool.close()

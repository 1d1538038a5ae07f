"""A service's database as an earlier version left it, to be brought on by its migrations."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
from alembic import command

from shared.postgres.migrations import _config, upgrade
from shared.postgres.provision import owner_of, provision, url_for


@dataclass(frozen=True)
class EarlierDatabase:
    """Its owner's URL and a connection."""

    service: str
    owner_url: str
    conn: asyncpg.Connection

    async def comes_to(self, revision: str) -> None:
        """Migrate it to a version."""
        await _to(revision, self.service, self.owner_url)

    async def is_upgraded(self) -> None:
        """Bring it to today's version, as an operator does."""
        await asyncio.to_thread(upgrade, self.service, self.owner_url)


async def _to(revision: str, service: str, owner_url: str) -> None:
    # Alembic's environment runs an event loop of its own, so it needs a thread of its own.
    await asyncio.to_thread(command.upgrade, _config(service, owner_url), revision)


@asynccontextmanager
async def database_at(
    postgres_url: str, service: str, revision: str
) -> AsyncIterator[EarlierDatabase]:
    """A database of that version, gone at the end."""
    name = f"t_old_{service}_{uuid4().hex}"
    await provision(postgres_url, service, database=name)
    owner_url = url_for(postgres_url, role=owner_of(service), database=name)
    await _to(revision, service, owner_url)
    conn = await asyncpg.connect(owner_url)
    try:
        yield EarlierDatabase(service, owner_url, conn)
    finally:
        await conn.close()
        server = await asyncpg.connect(postgres_url)
        await server.execute(f"drop database {name} with (force)")
        await server.close()

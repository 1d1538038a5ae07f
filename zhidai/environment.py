"""What has to be there before any service starts: PostgreSQL, migrated databases, signing keys."""

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from shared.auth.issuer import Issuer
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.migrations import upgrade
from shared.postgres.provision import SERVICES, owner_of, provision, url_for

STATE = Path(".zhidai")
"""Everything that is kept between runs lies here, unless another folder is named."""


@dataclass(frozen=True)
class Environment:
    """A PostgreSQL with a migrated database for each service, and a development issuer."""

    server_url: str
    issuer: Issuer
    keys_file: Path
    state: Path

    def database_url(self, service: str) -> str:
        """Where a service works, as its working role."""
        return url_for(self.server_url, role=service, database=service)


async def prepare(
    state: Path, *, afresh: bool = False
) -> tuple[Environment, EmbeddedPostgres | None]:
    """Start or join the database, migrate it, and make the issuer's keys; `afresh` empties it.

    With DATABASE_URL set (a superuser's), that server is used instead of the embedded one. The
    second value is to be stopped at the end, if it is not None.
    """
    state.mkdir(parents=True, exist_ok=True)
    embedded = None
    server_url = os.environ.get("DATABASE_URL", "")
    if not server_url:
        embedded = await asyncio.to_thread(EmbeddedPostgres(state / "postgres").start)
        server_url = embedded.server_url

    if afresh:
        await empty(server_url)
        await asyncio.to_thread(shutil.rmtree, state / "documents", ignore_errors=True)
    # One after another: Alembic's context is the module's, not the thread's.
    for service in SERVICES:
        await provision(server_url, service)
        owner_url = url_for(server_url, role=owner_of(service), database=service)
        await asyncio.to_thread(upgrade, service, owner_url)
    issuer = Issuer.at(state / "issuer", environment="sandbox")
    return Environment(server_url, issuer, state / "issuer" / "jwks.json", state), embedded


async def empty(server_url: str) -> None:
    """Drop every service's database: for a demo that begins at the beginning."""
    connection = await asyncpg.connect(server_url)
    try:
        for service in SERVICES:
            await connection.execute(f"drop database if exists {service} with (force)")
    finally:
        await connection.close()

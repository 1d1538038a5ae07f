"""A database with only the tables of shared/, for a role that row-level security holds."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
import uvicorn
from alembic.migration import MigrationContext
from alembic.operations import Operations
from fastapi import FastAPI
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from shared import transitions
from shared.http.slow_clients import GuardedProtocol
from shared.messaging import another_publisher, counts, heard, party_feed, tables, told
from shared.postgres import calendar_overrides, idempotency_keys, sandbox_clock
from shared.postgres.database import Database, engine_for
from shared.postgres.provision import owner_of, provision, url_for

SERVICE = "applications"


def _create_tables(connection) -> None:
    op = Operations(MigrationContext.configure(connection))
    for owner in (idempotency_keys, sandbox_clock, calendar_overrides, transitions):
        owner.create_tables(op)
    calendar_overrides.create_changes(op)
    tables.create_all(op)
    counts.create_tables(op)
    party_feed.add_columns(op)
    told.create_tables(op)
    heard.create_tables(op)
    another_publisher.add_columns(op)


@pytest.fixture
async def groundwork_owner_url(postgres_url: str) -> AsyncIterator[str]:
    """The owner's URL of a fresh database."""
    name = f"t_shared_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    await provision(postgres_url, SERVICE, database=name)
    owner_url = url_for(postgres_url, role=owner_of(SERVICE), database=name)
    engine = engine_for(owner_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_create_tables)
    await engine.dispose()
    yield owner_url
    server = await asyncpg.connect(postgres_url)
    await server.execute(f"drop database {name} with (force)")
    await server.close()


@pytest.fixture
def groundwork_url(groundwork_owner_url: str) -> str:
    """The working role's URL of the same fresh database."""
    return make_url(groundwork_owner_url).set(username=SERVICE).render_as_string(False)


@pytest.fixture
async def database(groundwork_url: str) -> AsyncIterator[Database]:
    """The fresh database, connected."""
    connected = await Database.connect(groundwork_url, max_size=12)
    yield connected
    await connected.close()


@pytest.fixture
async def served() -> AsyncIterator[Callable[[FastAPI], Awaitable[str]]]:
    """`await served(app)` is the URL of the application on a real socket, until the test ends."""
    running: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    async def serve(app: FastAPI) -> str:
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_config=None, lifespan="off", http=GuardedProtocol
        )
        server = uvicorn.Server(config)
        running.append((server, asyncio.create_task(server.serve())))
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event to wait for
            await asyncio.sleep(0.01)
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    yield serve
    for server, task in running:
        server.should_exit = True
        await task

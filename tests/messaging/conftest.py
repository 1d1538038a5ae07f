"""Databases with nothing but the messaging tables, and the transports of the contract suite."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import fasteners
import pytest

from shared.archive import moving
from shared.messaging import another_publisher, bank_topics, counts, heard, party_feed, tables, told
from shared.postgres.database import Database
from shared.postgres.provision import owner_of, provision, url_for
from tests.messaging.samples import EFFECTS, Listener

ROLE = "notifications"
"""Any service's role will do; row-level security holds them all alike."""

_numbers = itertools.count(1)


async def _make_template(server_url: str, name: str) -> None:
    await provision(server_url, ROLE, database=name)
    owner = await asyncpg.connect(url_for(server_url, role=owner_of(ROLE), database=name))
    made = (tables, counts, party_feed, told, heard, another_publisher, bank_topics, moving)
    for statement in (*(one for part in made for one in part.STATEMENTS), EFFECTS):
        await owner.execute(statement)
    # A copy may be of a sandbox, whose clock stands elsewhere.
    await owner.execute("create table sandbox_clock (stood_at timestamptz, set_at timestamptz)")
    await owner.close()


@pytest.fixture(scope="session")
def template(postgres_url: str, shared_folder: Path) -> str:
    """A database with the messaging tables, made by whichever worker comes first."""
    name = f"messages_{shared_folder.name}".replace("-", "_")
    with fasteners.InterProcessLock(shared_folder / "messages.lock"):
        done = shared_folder / "messages.done"
        if not done.exists():
            asyncio.run(_make_template(postgres_url, name))
            done.touch()
    return name


@pytest.fixture
async def database(
    postgres_url: str, template: str, shared_folder: Path
) -> AsyncIterator[Callable[[], Awaitable[Database]]]:
    """`await database()` is a fresh database with the messaging tables."""
    opened: list[tuple[str, Database]] = []

    async def make() -> Database:
        name = f"m_{os.getpid()}_{next(_numbers)}"
        server = await asyncpg.connect(postgres_url)
        with fasteners.InterProcessLock(shared_folder / "messages.lock"):
            await server.execute(
                f"create database {name} owner {owner_of(ROLE)} template {template}"
            )
        await server.execute(f"grant connect on database {name} to {ROLE}")
        await server.close()
        made = await Database.connect(url_for(postgres_url, role=ROLE, database=name), max_size=6)
        opened.append((name, made))
        return made

    yield make
    server = await asyncpg.connect(postgres_url)
    for name, made in opened:
        await made.close()
        await server.execute(f"drop database {name} with (force)")
    await server.close()


@pytest.fixture
async def listener(database: Callable[[], Awaitable[Database]]) -> Listener:
    """A service that listens, on a database of its own."""
    return Listener(await database())


@pytest.fixture
async def speaking(database: Callable[[], Awaitable[Database]]) -> Database:
    """The database of a service that says things."""
    return await database()

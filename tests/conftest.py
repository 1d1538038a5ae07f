"""Real parts for every test: one PostgreSQL for the whole run, a fresh database for each test.

Which PostgreSQL: DATABASE_URL (a superuser's) where it is set, else Docker through testcontainers
where an engine answers, else the wheel's. The header of the run says which.
"""

import asyncio
import gc
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import fasteners
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url

from shared.garbage import keep_what_is_there
from shared.postgres.database import Database
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.migrations import upgrade
from shared.postgres.provision import owner_of, provision, url_for
from tests.depth import depth
from tests.real_parts import docker_answers, folder_of_servers, room_for_postgres

pytest_plugins = ["tests.services", "tests.kafka.brokers", "tests.programs"]

# Until all tests are collected nothing is garbage, and afterwards a million objects stay: to walk
# them again and again took a third of the time of a run.
gc.disable()


def pytest_collection_finish() -> None:
    """From here on only what tests make is collected."""
    keep_what_is_there()
    gc.enable()


# A law says what comes out, not how soon: on a busy machine an example may take its time.
settings.register_profile(
    "laws",
    max_examples=depth(25, 100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("laws")


def _postgres_source() -> str:
    if os.environ.get("DATABASE_URL"):
        return "the one at DATABASE_URL"
    return "Docker, through testcontainers" if docker_answers() else "the wheel's (embedded)"


def pytest_report_header() -> str:
    return f"PostgreSQL: {_postgres_source()}"


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder of this test's own, in which a PostgreSQL may run."""
    with room_for_postgres() as folder:
        yield folder


@pytest.fixture(scope="module")
def state_of_module() -> Iterator[Path]:
    """The same, kept until the last test of the module."""
    with room_for_postgres() as folder:
        yield folder


@dataclass(frozen=True)
class FreshDatabase:
    """A migrated database of one test's own, and the URLs to reach it by."""

    service: str
    name: str
    url: str
    owner_url: str
    superuser_url: str


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of this run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def postgres_url(shared_folder: Path) -> str:
    """A superuser's URL of the server that all workers share."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
    elif docker_answers():
        from testcontainers.postgres import PostgresContainer

        with PostgresContainer("postgres:18", driver=None) as container:
            yield container.get_connection_url()
    else:
        # Not under pytest's own folder (see `room_for_postgres`), and one for all workers.
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
        server = EmbeddedPostgres(
            folder_of_servers() / f"zhidai-tests-{run[:16]}", durable=False
        ).start()
        yield server.server_url
        server.stop()


def _make_template(server_url: str, service: str, folder: Path) -> str:
    """A migrated database that tests are cloned from; made by whichever worker comes first."""
    name = f"template_{service}_{folder.name}".replace("-", "_")
    with fasteners.InterProcessLock(folder / f"{name}.lock"):
        done = folder / f"{name}.done"
        if not done.exists():
            asyncio.run(provision(server_url, service, database=name))
            upgrade(service, url_for(server_url, role=owner_of(service), database=name))
            done.touch()
    return name


_numbers = itertools.count(1)


@asynccontextmanager
async def fresh_databases(
    postgres_url: str, shared_folder: Path
) -> AsyncIterator[Callable[..., Awaitable[FreshDatabase]]]:
    """Gives a function that makes a fresh, migrated database, or a copy of another that nobody has
    open; they are dropped at the end."""
    made: list[str] = []
    server: asyncpg.Connection | None = None
    one_at_a_time = asyncio.Lock()

    async def make(service: str, copy_of: str = "") -> FreshDatabase:
        nonlocal server
        template = copy_of or await asyncio.to_thread(
            _make_template, postgres_url, service, shared_folder
        )
        name = f"t_{service}_{os.getpid()}_{next(_numbers)}"
        async with one_at_a_time:
            server = server or await asyncpg.connect(postgres_url)
            with fasteners.InterProcessLock(shared_folder / f"{template}.clone"):
                await server.execute(
                    f"create database {name} owner {owner_of(service)} template {template} "
                    "strategy file_copy"
                )
            made.append(name)
            await server.execute(f"revoke all on database {name} from public")
            await server.execute(f"grant connect on database {name} to {service}")
        return FreshDatabase(
            service=service,
            name=name,
            url=url_for(postgres_url, role=service, database=name),
            owner_url=url_for(postgres_url, role=owner_of(service), database=name),
            superuser_url=make_url(postgres_url)
            .set(database=name)
            .render_as_string(hide_password=False),
        )

    yield make
    if server is not None:
        for name in made:
            await server.execute(f"drop database if exists {name} with (force)")
        await server.close()


@pytest.fixture
async def database_of(
    postgres_url: str, shared_folder: Path
) -> AsyncIterator[Callable[..., Awaitable[FreshDatabase]]]:
    """`await database_of("applications")` is a fresh, migrated database for this test."""
    async with fresh_databases(postgres_url, shared_folder) as make:
        yield make


@pytest.fixture(scope="module")
async def databases_of_module(
    postgres_url: str, shared_folder: Path
) -> AsyncIterator[Callable[..., Awaitable[FreshDatabase]]]:
    """The same, kept until the last test of the module."""
    async with fresh_databases(postgres_url, shared_folder) as make:
        yield make


@pytest.fixture(scope="session")
async def databases_of_run(
    postgres_url: str, shared_folder: Path
) -> AsyncIterator[Callable[..., Awaitable[FreshDatabase]]]:
    """The same, kept until the last test of the worker."""
    async with fresh_databases(postgres_url, shared_folder) as make:
        yield make


@pytest.fixture
async def connected(database_of) -> AsyncIterator[Callable[[str], Awaitable[Database]]]:
    """`await connected("risk_pool")` is a Database on a fresh one, closed after the test."""
    opened: list[Database] = []

    async def connect(service: str) -> Database:
        fresh = await database_of(service)
        opened.append(await Database.connect(fresh.url, max_size=8))
        return opened[-1]

    yield connect
    for database in opened:
        await database.close()

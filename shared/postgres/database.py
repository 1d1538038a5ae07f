"""PostgreSQL, as every service reaches it: one transaction at a time, seen through one institution.

Writes and hot paths use asyncpg and SQL of their own; ordinary reads go through SQLModel. Both
tell the database whose eyes they look with, and row-level security holds them to it.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import orjson
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.postgres import hung, pools_seen, touched
from shared.postgres.known_types import Connection
from shared.postgres.pools_seen import (
    ALL,
    LOOK_AS_NAMED,
    look_as,
    looks_as,
    only_look_as,
    person_of,
    pools_of,
)
from shared.postgres.transient import Backoff, is_transient

log = logging.getLogger(__name__)

EVERYWHERE = "*"
"""The institution of consumers, jobs and bureau staff: row-level security lets them see all."""


def _json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


async def prepare_connection(connection: asyncpg.Connection) -> None:
    """Let jsonb and json columns go in and out as Python objects."""
    for name in ("jsonb", "json"):
        await connection.set_type_codec(
            name, encoder=_json_text, decoder=orjson.loads, schema="pg_catalog"
        )


async def _leave_as_is(connection: asyncpg.Connection) -> None:
    """Nothing outlives our transactions, so there is nothing to reset: a round trip saved."""
    if connection.is_in_transaction():
        connection.terminate()


async def plan_anew(connection: asyncpg.Connection) -> None:
    """Plan every statement of this transaction for how long the tables are now.

    PostgreSQL keeps the plan of a statement that is asked often. A queue that was empty then is read as
    a whole for every row, once it is long, until statistics are gathered: a hundred times slower.
    """
    await connection.execute("set local plan_cache_mode = force_custom_plan")


@asynccontextmanager
async def seeing_everything(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Let a transaction look with the eyes of the house for a while, whoever it works for.

    For figures that others' rows decide, too; what is told of them is the caller's to choose.
    """
    before = await looks_as(connection)
    if (before, before.pools, before.person) == (EVERYWHERE, ALL, ALL):
        yield
        return
    await look_as(connection, EVERYWHERE)
    try:
        yield
    finally:
        try:
            await look_as(connection, before)
        except asyncpg.InFailedSQLTransactionError:
            # It takes no further statement; whatever it is rolled back to looked with these eyes.
            pools_seen.remember(connection, before)


def engine_for(url: str, *, name: str = "zhidai", **options: Any) -> AsyncEngine:
    """SQLAlchemy over a database. The driver reads the URL itself, as everywhere in the house, so
    that what it says of TLS (sslmode, sslrootcert) and sockets holds here too."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            url,
            timeout=10,
            connection_class=Connection,
            server_settings=hung.settings_of(name)
            | {"idle_in_transaction_session_timeout": hung.READERS_MAY_WAIT},
        )

    return create_async_engine("postgresql+asyncpg://", async_creator=connect, **options)


class Database:
    """One service's database: a pool of asyncpg connections and, for reads, an engine."""

    def __init__(self, pool: asyncpg.Pool, engine: AsyncEngine, url: str) -> None:
        self._pool = pool
        self._engine = engine
        self.url = url
        self._callbacks: list[tuple[Callable[[], None], str | None]] = []
        self._closing: list[Callable[[asyncpg.Connection], Awaitable[None]]] = []

    @classmethod
    async def connect(cls, url: str, *, max_size: int = 10, name: str = "zhidai") -> "Database":
        """Open the pool. Raises what asyncpg raises when there is no such server or database."""
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=max_size,
            connection_class=Connection,
            init=prepare_connection,
            reset=_leave_as_is,
            command_timeout=120,
            timeout=10,
            server_settings=hung.settings_of(name),
        )
        engine = engine_for(
            url,
            name=f"{name}-reads",
            pool_size=4,
            max_overflow=max_size,
            json_serializer=_json_text,
            json_deserializer=orjson.loads,
        )

        @event.listens_for(engine.sync_engine, "begin")
        def _read_only(connection: Any) -> None:
            connection.exec_driver_sql("set transaction read only")

        return cls(pool, engine, url)

    @asynccontextmanager
    async def begin(self, institution: str) -> AsyncIterator[asyncpg.Connection]:
        """One transaction for writing. It is committed at the end of the block, or not at all."""
        async with self._lent() as connection, connection.transaction():
            await look_as(connection, institution)
            pools_seen.remember(connection, institution)
            touched.begin(connection)
            try:
                yield connection
                if touched.of(connection):
                    for close in self._closing:
                        await close(connection)
                facts = touched.of(connection)
            finally:
                touched.end(connection)
                pools_seen.forget(connection)
        for callback, fact in self._callbacks:
            if fact is None or fact in facts:
                callback()

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of the pool. One that broke is closed: the next would find it half dead."""
        async with self._pool.acquire() as connection:
            try:
                yield connection
            except Exception as error:
                if is_transient(error):
                    # The pool may have taken back what was already closed.
                    with suppress(asyncpg.InterfaceError):
                        connection.terminate()
                raise

    @asynccontextmanager
    async def looking(self, institution: str) -> AsyncIterator[asyncpg.Connection]:
        """One read-only transaction for reads in SQL of our own, all at one moment.

        It wakes nobody. Who waits for commits must look this way: the end of a `begin` wakes the
        relay, which commits, and so would keep both awake.
        """
        async with self._lent() as connection:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                await only_look_as(connection, institution)
                pools_seen.remember(connection, institution)
                try:
                    yield connection
                finally:
                    pools_seen.forget(connection)

    async def glance(self, query: str) -> asyncpg.Record | None:
        """One row of what everybody may see, or None: one round trip, outside any transaction."""
        async with self._lent() as connection:
            return await connection.fetchrow(query)

    @asynccontextmanager
    async def reading(self, institution: str) -> AsyncIterator[AsyncSession]:
        """A read-only SQLModel session that sees what the institution may see."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            await (await session.connection()).execute(
                text(LOOK_AS_NAMED),
                {
                    "institution": institution,
                    "pools": pools_of(institution),
                    "person": person_of(institution),
                },
            )
            yield session

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection outside any transaction, for advisory locks and health checks."""
        async with self._pool.acquire() as connection:
            try:
                yield connection
            finally:
                await connection.reset()

    def after_commit(self, callback: Callable[[], None], *, of: str | None = None) -> None:
        """Call this after every commit, or of those that have touched this fact: the relay asks to be
        woken."""
        self._callbacks.append((callback, of))

    def before_commit(self, callback: Callable[[asyncpg.Connection], Awaitable[None]]) -> None:
        """Call this at the end of every transaction that has touched a fact, still within it."""
        self._closing.append(callback)

    async def close(self) -> None:
        """Give every connection back and close them."""
        await self._engine.dispose()
        await self._pool.close()


START_ATTEMPTS = 12


class CannotStart(RuntimeError):
    """Something the service cannot do without is not there; the message says what and where."""


async def reach_database(url: str, *, size: int, service: str) -> Database:
    """Connect, and wait a while for a server that is still starting. Raises CannotStart."""
    backoff = Backoff(first_seconds=0.2, most_seconds=5)
    for attempt in range(1, START_ATTEMPTS + 1):
        try:
            return await Database.connect(url, max_size=size, name=service)
        except Exception as error:
            if not (is_transient(error) or isinstance(error, OSError)) or attempt == START_ATTEMPTS:
                place = url.rsplit("@", 1)[-1]
                raise CannotStart(
                    f"{service} cannot reach its database at {place}: {error}. "
                    "Is the server up, and were its roles and databases made (deploy/postgres)?"
                ) from error
            log.warning("the database of %s does not answer yet: %s", service, error)
            await backoff.wait(attempt)
    raise AssertionError("the loop above returns or raises")

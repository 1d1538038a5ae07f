"""Alembic for every service: the same environment, its own versions and its own database."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import asyncpg
from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.pool import NullPool

from shared.postgres.database import engine_for

ROOT = Path(__file__).parents[2]


def _config(service: str, owner_url: str = "") -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "services" / service / "migrations"))
    config.attributes["owner_url"] = owner_url
    return config


def upgrade(service: str, owner_url: str) -> None:
    """Bring a service's database to the newest version; safe to call from several processes."""
    # Alembic's environment runs an event loop of its own, so it gets a thread of its own.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(command.upgrade, _config(service, owner_url), "head").result()


def head(service: str) -> str:
    """The newest version that this code knows."""
    return _versions(service)[0]


@cache
def _versions(service: str) -> tuple[str, frozenset[str]]:
    """The newest version and all of them; read once, for code does not change while it runs."""
    scripts = ScriptDirectory.from_config(_config(service))
    newest = scripts.get_current_head()
    assert newest is not None, f"{service} has no migrations"
    return newest, frozenset(one.revision for one in scripts.walk_revisions())


def is_behind(service: str, version: str | None) -> bool:
    """Whether a database at this version lacks something that this code needs.

    A version that this code has never heard of was made by a newer one: migrations only add, so the
    code goes on working while that one takes its place.
    """
    if version is None:
        return True
    newest, known = _versions(service)
    return version in known and version != newest


async def current_version(conn: asyncpg.Connection) -> str | None:
    """The version that a service's database is at."""
    version: str | None = await conn.fetchval("select version_num from alembic_version")
    return version


def run(metadata: MetaData) -> None:
    """What a service's migrations/env.py calls."""
    url = context.config.attributes["owner_url"]

    def migrate(connection: Connection) -> None:
        connection.execute(text("set lock_timeout = '10s'"))
        # Two processes that start together must not both migrate.
        connection.execute(text("select pg_advisory_lock(hashtext('zhidai migrations'))"))
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("select pg_advisory_unlock(hashtext('zhidai migrations'))"))
        connection.commit()

    async def connect() -> None:
        engine = engine_for(url, name="zhidai-migrations", poolclass=NullPool)
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
        await engine.dispose()

    asyncio.run(connect())

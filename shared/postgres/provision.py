"""A database and two roles for a service: one that owns the tables, one that works with them.

The owner migrates and is not used otherwise; the working role can change rows where it was
granted so, and row-level security holds it. No other service's role may even connect.
"""

import asyncpg
from sqlalchemy.engine import make_url

SERVICES = ("applications", "risk_pool", "notifications")
DATABASES = (*SERVICES, "console")
"""Whoever keeps a database in production. The console's holds sessions, views and drafts alone, and for trying out none
is needed."""


def owner_of(service: str) -> str:
    """The role that owns a service's tables."""
    return f"{service}_owner"


def url_for(server_url: str, *, role: str, database: str) -> str:
    """The URL of one database for one role on a server whose superuser URL is known."""
    url = make_url(server_url).set(username=role, database=database)
    return url.render_as_string(hide_password=False)


async def owned_tables(owner: asyncpg.Connection) -> bool:
    """Whether a service's database has its tables already."""
    return bool(await owner.fetchval("select to_regclass('public.alembic_version') is not null"))


async def working(owner: asyncpg.Connection, service: str) -> int:
    """How many connections of the service are open to this database."""
    count = await owner.fetchval(
        "select count(*) from pg_stat_activity where datname = current_database() and usename = $1",
        service,
    )
    return int(count)


async def snapshot(conn: asyncpg.Connection) -> str:
    """What this transaction sees, by a name that pg_dump takes while the transaction lasts."""
    return str(await conn.fetchval("select pg_export_snapshot()"))


async def empty_again(owner: asyncpg.Connection, service: str) -> None:
    """Drop everything that the owner has in this database; as after `provision`."""
    await owner.execute("drop owned by current_user cascade")
    await owner.execute(f"grant usage on schema public to {service}")


async def provision(server_url: str, service: str, *, database: str | None = None) -> None:
    """Create the service's roles and its empty database where they are missing.

    `server_url` belongs to a superuser; where it has a password, both roles get the same one, so
    this is for development and tests (in production `deploy/postgres/` gives each its own).
    `database` is the service's name unless a test asks for another one. Doing it again changes
    nothing.
    """
    password = make_url(server_url).password
    database = database or service
    owner = owner_of(service)
    server = await asyncpg.connect(server_url)
    try:
        for role in (owner, service):
            await server.execute(
                f"do $$ begin create role {role} login; "
                f"exception when duplicate_object or unique_violation then null; end $$"
            )
            if password:
                quoted = await server.fetchval("select quote_literal($1::text)", password)
                await server.execute(f"alter role {role} password {quoted}")
        if not await server.fetchval("select 1 from pg_database where datname = $1", database):
            await server.execute(f"create database {database} owner {owner} template template0")
        await server.execute(f"revoke all on database {database} from public")
        await server.execute(f"grant connect on database {database} to {service}")
    finally:
        await server.close()

    inside = await asyncpg.connect(url_for(server_url, role=owner, database=database))
    try:
        await inside.execute(
            f"""
            revoke all on schema public from public;
            grant usage on schema public to {service};
            alter default privileges for role {owner} in schema public
                grant select, insert, update, delete on tables to {service};
            alter default privileges for role {owner} in schema public
                grant usage, select on sequences to {service};
            """
        )
    finally:
        await inside.close()

"""Whether there is a pool, and in which version people read it."""

import asyncpg


async def version_of(conn: asyncpg.Connection, code: str) -> int | None:
    """The version of what people read of a pool; None where there is no such pool."""
    version: int | None = await conn.fetchval("select version from pools where code = $1", code)
    return version


async def programmes(conn: asyncpg.Connection) -> list[tuple[str, str]]:
    """Every pool and its programme."""
    rows = await conn.fetch("select code, programme from pools order by code")
    return [(row["code"], row["programme"]) for row in rows]


async def named(conn: asyncpg.Connection) -> list[tuple[str, str, str]]:
    """Every pool by code, name and programme."""
    rows = await conn.fetch("select code, name, programme from pools order by code")
    return [(row["code"], row["name"], row["programme"]) for row in rows]

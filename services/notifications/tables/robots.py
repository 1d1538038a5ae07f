"""What group robots need of their receivers: URL and secret, both stored encrypted."""

from uuid import UUID

import asyncpg

_ADD = """
    insert into robots (id, institution, address, url, secret, language, description)
    values ($1, $2, $3, $4, $5, $6, $7)
"""

_CHANGE = """
    update robots
    set language = coalesce($2, language), description = coalesce($3, description) where id = $1
"""


async def add(
    conn: asyncpg.Connection,
    robot_id: UUID,
    *,
    institution: str,
    address: str,
    url: bytes,
    secret: bytes | None,
    language: str,
    description: str,
) -> None:
    """Keep where a group is told, and in which language."""
    await conn.execute(_ADD, robot_id, institution, address, url, secret, language, description)


async def change(
    conn: asyncpg.Connection, robot_id: UUID, *, language: str | None, description: str | None
) -> None:
    """Tell it otherwise from now on; None leaves what is there."""
    await conn.execute(_CHANGE, robot_id, language, description)

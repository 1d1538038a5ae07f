"""Due-diligence reports as they are read; a bank finds its own and those of its cases."""

from typing import Final
from uuid import UUID

import asyncpg

_RIGHTS: Final = "select id, kind, number, nice_class from rights where id = any($1::uuid[])"


async def rights(conn: asyncpg.Connection, ids: list[UUID]) -> dict[UUID, asyncpg.Record]:
    """The rights that reports are about."""
    return {row["id"]: row for row in await conn.fetch(_RIGHTS, ids)}

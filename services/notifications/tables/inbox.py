"""What of their inbox people have read."""

from datetime import datetime
from uuid import UUID

import asyncpg

from shared.auth.identity import Identity

_MARK = """
    insert into read_marks (message_id, institution, subject, read_at) values ($1, $2, $3, $4)
    on conflict do nothing
"""

_UP_TO = """
    insert into read_up_to (institution, subject, position, read_at) values ($1, $2, $3, $4)
    on conflict (institution, subject) do update
        set position = greatest(read_up_to.position, excluded.position),
            read_at = excluded.read_at
"""


async def mark(
    conn: asyncpg.Connection, reader: Identity, message_id: UUID, *, now: datetime
) -> None:
    """Note that a person has read a message of theirs."""
    await conn.execute(_MARK, message_id, reader.institution, reader.subject, now)


async def mark_up_to(
    conn: asyncpg.Connection, reader: Identity, position: int, *, now: datetime
) -> None:
    """Note that a person has read everything up to a position."""
    await conn.execute(_UP_TO, reader.institution, reader.subject, position, now)

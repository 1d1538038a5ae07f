"""What we do when people read: note it, and say what is left unread."""

from datetime import datetime
from uuid import UUID

import asyncpg

from services.notifications.domain.refusals import nothing_here
from services.notifications.queries import inbox
from services.notifications.tables import inbox as marks
from shared.auth.identity import Identity
from shared.clock import business_date


async def mark(
    conn: asyncpg.Connection, caller: Identity, message_id: UUID, *, now: datetime
) -> int:
    """A person has read a message of theirs. How many are left. Raises NotFound."""
    reader = await inbox.reader_of(conn, caller, today=business_date(now))
    if not await inbox.is_ones_own(conn, reader, message_id):
        raise nothing_here("消息", "message")
    await marks.mark(conn, caller, message_id, now=now)
    return await inbox.count_unread(conn, reader)


async def mark_up_to(
    conn: asyncpg.Connection, caller: Identity, position: int, *, now: datetime
) -> int:
    """A person has read everything up to a position. How many are left."""
    newest = await inbox.newest_position(conn)
    # What does not exist yet is not read, whatever a caller names.
    await marks.mark_up_to(conn, caller, min(position, newest), now=now)
    reader = await inbox.reader_of(conn, caller, today=business_date(now))
    return await inbox.count_unread(conn, reader)

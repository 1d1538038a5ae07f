"""What we do when the calendar has changed: wait for working days by it, and tell whom it concerns."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.notifications.handlers.messages import notify
from shared.messaging.inbox import Received
from shared.postgres.calendar_overrides import take_change


async def note_calendar(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Two persons have changed the calendar."""
    for one in received:
        await take_change(conn, one.event.change, now=now)
    await notify(received, conn=conn, now=now)

"""What we do when somebody is away: let who stands in read what is for them, and tell them so."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.notifications.handlers.messages import notify
from services.notifications.tables import stand_ins
from shared.messaging.inbox import Received


async def note_absences(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """An absence was entered or has ended: from now on its days hold, and its delegate hears of it."""
    await keep_absences(received, conn=conn, now=now)
    await notify(received, conn=conn, now=now)


async def keep_absences(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Who stands in for whom, and on which days."""
    await stand_ins.remember(conn, [one.event for one in received])

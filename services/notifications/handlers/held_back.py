"""After a restore: what the lost database may have sent already is not sent again.

What a restored database does not know it has sent is told to nobody a second time; it stands in the
inbox, and among what was not received, from where people send it by hand where it is wanted.
"""

import logging
from collections.abc import Sequence
from uuid import uuid5

import asyncpg

from services.notifications.delivery.metrics import HELD_BACK
from services.notifications.domain.month_packs import PACK_TYPE
from services.notifications.tables import deliveries, digest_entries, restores
from shared.messaging.inbox import Received
from shared.messaging.told import restored_at
from shared.postgres.database import EVERYWHERE, Database

log = logging.getLogger(__name__)

WHY = "held back after a restore: it may have been sent before the database was lost"


async def hold_back_heard_again(conn: asyncpg.Connection, received: Sequence[Received]) -> None:
    """Send nothing of events that were said before this database was restored."""
    lost_at = await restored_at(conn)
    if lost_at is None:
        return
    said = [one.envelope.id for one in received if one.envelope.time <= lost_at]
    old = [*said, *(uuid5(event_id, PACK_TYPE) for event_id in said)]
    if old:
        HELD_BACK.inc(await deliveries.hold_back(conn, old, until=lost_at, why=WHY))
        await digest_entries.hold_back(conn, old, until=lost_at)


async def hold_back_after_restore(database: Database) -> None:
    """Once after a restore: send nothing of what was waiting in the copy."""
    async with database.begin(EVERYWHERE) as conn:
        lost_at = await restored_at(conn)
        if lost_at is None or not await restores.begin(conn, lost_at):
            return
        held = await deliveries.hold_back(conn, None, until=lost_at, why=WHY)
        await digest_entries.hold_back(conn, None, until=lost_at)
        await restores.end(conn, lost_at, held_back=held)
    HELD_BACK.inc(held)
    log.warning("restored as of %s: %s deliveries held back", lost_at.isoformat(), held)

"""What we do when a message is to be sent again."""

from datetime import datetime
from uuid import UUID

import asyncpg

from services.notifications.domain.deliveries import NothingToResend
from services.notifications.domain.receivers import TOLD, WEBHOOK
from services.notifications.tables import deliveries, receivers
from shared.refusals import NotFound


async def send_again(
    conn: asyncpg.Connection, *, message_id: UUID, institution: str, endpoint_id: UUID | None
) -> None:
    """Make a message due again: for one endpoint, or for everyone who did not get it.

    Raises NothingToResend, NotFound for a foreign endpoint.
    """
    if endpoint_id is None:
        done = await deliveries.send_again(conn, message_id=message_id) > 0
    else:
        own = await receivers.lock(conn, endpoint_id, institution=institution, channels=[WEBHOOK])
        if own is None or own["state"] not in TOLD:
            raise NotFound("没有找到该回调地址，或已停用", "There is no such endpoint in use.")
        done = await deliveries.send_again_to(
            conn, message_id=message_id, institution=institution, receiver_id=endpoint_id
        )
    if not done:
        raise NothingToResend(
            "没有需要重发的投递：正在投递或均已送达",
            "Nothing to send again: it is on its way, or everyone has got it.",
        )


async def send_again_since(conn: asyncpg.Connection, endpoint_id: UUID, *, since: datetime) -> int:
    """After an outage of a locked endpoint: what it did not get since is due again; how much."""
    return await deliveries.send_again_since(conn, receiver_id=endpoint_id, since=since)

"""A producer says that a day is over and how much it has told: kept, to be compared with what came."""

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg

from services.risk_pool.tables import producers
from shared.contracts.applications import DayOverV1
from shared.messaging.inbox import Handler, Received


def counting(types: Collection[str]) -> Handler:
    """The handler of a marker, for a service that hears these types of what its producer tells."""

    async def keep(
        received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
    ) -> None:
        for one in received:
            marker: DayOverV1 = one.event
            counts = {
                (told.month, told.type): told.count for told in marker.told if told.type in types
            }
            await producers.keep_told(conn, marker.topic, counts, until=marker.day, now=now)

    return keep

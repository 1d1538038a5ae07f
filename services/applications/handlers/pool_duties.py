"""Which pools somebody of the bureau looks after, as two persons have said: heard, and kept here."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from shared.contracts.people import PoolDutyGivenV1
from shared.messaging.inbox import Received
from shared.postgres.pool_duties import keep


async def pool_duty_given(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """From its day on a duty narrows what its person sees in this service, too."""
    for one in received:
        event: PoolDutyGivenV1 = one.event
        await keep(
            conn, number=event.number, person=event.person, pools=event.pools,
            from_day=event.from_day,
        )  # fmt: skip

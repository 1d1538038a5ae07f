"""Approvals whose capacity is no longer held run out by themselves."""

from typing import Final

from services.applications.handlers.pool_events import expire
from shared.clock import business_date
from shared.context import Context
from shared.postgres.database import EVERYWHERE

AT_ONCE: Final = 500
"""Cases per transaction: short enough to be in nobody's way."""

_DUE: Final = """
select id from applications
where state in ('capacity_reserved', 'pledge_registered') and reserved_until < $1
order by id limit $2
"""


async def expire_reservations(context: Context) -> None:
    """Expire every case that was not paid out by the day its capacity was held until.

    Found again and decided under lock, so that running it twice, or in two processes, does it
    once.
    """
    while True:
        now = context.clock.now()
        async with context.database.begin(EVERYWHERE) as conn:
            due = await conn.fetch(_DUE, business_date(now), AT_ONCE)
            await expire(conn, [row["id"] for row in due], now=now)
        if len(due) < AT_ONCE:
            return

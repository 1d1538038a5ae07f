"""The counts of the cockpit follow the book, some seconds behind it."""

from services.risk_pool.tables import book_counts, position_moves
from shared.clock import business_date
from shared.context import Context, keep_at
from shared.months import Month
from shared.postgres.database import EVERYWHERE

REST_SECONDS = 15
"""Between two looks: what has moved meanwhile is counted for whoever asks."""


async def count_once(context: Context) -> bool:
    """Count what is due of some pools; whether more is left."""
    until = Month.of(business_date(context.clock.now()))
    async with context.database.begin(EVERYWHERE) as conn:
        await position_moves.add_up(conn)
        return await book_counts.count_due(conn, until=until)


async def keep_counts(context: Context) -> None:
    """Count what has moved, until the service stops."""
    await keep_at(
        context,
        lambda: count_once(context),
        what="counting for the cockpit",
        look_every=REST_SECONDS,
    )

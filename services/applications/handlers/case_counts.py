"""The counters of cases and loans follow what moves, some seconds behind it."""

from services.applications.tables import case_counts
from shared.context import Context, keep_at
from shared.postgres.database import EVERYWHERE

REST_SECONDS = 15
"""Between two times: what has moved meanwhile is added by whoever reads."""


async def keep_counts(context: Context) -> None:
    """Add up what has moved, until the service stops."""

    async def step() -> bool:
        async with context.database.begin(EVERYWHERE) as conn:
            await case_counts.add_up(conn)
        return False

    await keep_at(context, step, what="counting cases", look_every=REST_SECONDS)

"""The statistics of value, counted now and then: the more seldom, the longer it takes."""

import logging
from typing import Final

from services.applications.tables import value_counts
from shared.context import Context
from shared.postgres.database import EVERYWHERE

log = logging.getLogger(__name__)

LEAST_REST_SECONDS: Final = 60
REST_PER_SECOND: Final = 60
"""So much longer than it took is rested: a sixtieth of one core at most."""


async def count_once(context: Context) -> float:
    """Count what rights were found to be worth; after how many seconds it is to be done again."""
    async with context.database.begin(EVERYWHERE) as conn:
        seconds = await value_counts.count_anew(conn, now=context.clock.now())
    return max(LEAST_REST_SECONDS, seconds * REST_PER_SECOND)


async def keep_value_counts(context: Context) -> None:
    """Count again and again, until the service stops."""
    while not context.stopping.is_set():
        rest = float(LEAST_REST_SECONDS)
        try:
            await context.clock.reload()
            rest = await count_once(context)
        except Exception:
            log.exception("counting valuations failed and will be tried again")
        await context.pause(rest)

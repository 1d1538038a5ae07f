"""Goes through files of claims as long as the service runs."""

import asyncio
import logging
from contextlib import suppress
from typing import Any, Final

from services.risk_pool.api.claim_reading import read_claim
from services.risk_pool.handlers.claim_files import ClaimFileWork
from services.risk_pool.settings import Settings
from shared.clock import business_date
from shared.context import Context

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS: Final = 0.5


def claim_file_work(context: Context) -> ClaimFileWork:
    """The worker of this process."""
    assert isinstance(context.settings, Settings)

    def read(said: Any, purpose: str) -> Any:
        return read_claim(said, purpose, today=business_date(context.clock.now()))

    return ClaimFileWork(
        context.database,
        context.working_days,
        context.clock.now,
        read,
        paper_wait_seconds=context.settings.paper_wait_seconds,
    )


async def work_on_claim_files(context: Context) -> None:
    """Row by row; stops behind the one in hand, which another process goes on from."""
    work = claim_file_work(context)
    while not context.stopping.is_set():
        went_on = False
        try:
            went_on = await work.one_row()
        except Exception:
            log.exception("a row of a file of claims failed and will be tried again")
        if not went_on:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_SECONDS):
                    await context.stopping.wait()

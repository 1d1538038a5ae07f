"""Goes through files of claims as long as the service runs."""

from typing import Any, Final

from services.risk_pool.api.claim_reading import read_claim
from services.risk_pool.handlers.claim_files import ClaimFileWork
from services.risk_pool.settings import Settings
from shared.clock import business_date
from shared.context import Context, keep_at

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
    """Batch by batch; stops behind the one in hand, which another process goes on from."""
    work = claim_file_work(context)
    await keep_at(
        context, work.one_batch, what="a batch of a file of claims", look_every=LOOK_EVERY_SECONDS
    )

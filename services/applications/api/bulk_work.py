"""Goes through files of many rows as long as the service runs."""

from functools import partial
from typing import Final

from services.applications.api.bulk_reading import read_position
from services.applications.api.document_content import store_of
from services.applications.api.drafts import read_draft
from services.applications.handlers.bulk_applications import take_applications
from services.applications.handlers.bulk_extracts import take_extracts
from services.applications.handlers.bulk_files import BulkWork
from services.applications.handlers.bulk_lists import end_lists, take_lists
from services.applications.handlers.bulk_positions import take_positions
from services.applications.handlers.bulk_rights import take_rights
from shared.context import Context, keep_at

LOOK_EVERY_SECONDS: Final = 0.5


def bulk_work(context: Context) -> BulkWork:
    """The worker of this process."""
    return BulkWork(
        context.database,
        store_of(context),
        context.working_days,
        context.clock.now,
        {
            "applications": partial(take_applications, read=read_draft),
            "positions": partial(take_positions, read=read_position),
            "rights": take_rights,
            "extracts": take_extracts,
            "lists": take_lists,
        },
        {"lists": end_lists},
    )


async def work_on_bulk_files(context: Context) -> None:
    """Batch by batch; stops behind the one in hand, which another process goes on from."""
    work = bulk_work(context)
    try:
        await keep_at(
            context, work.one_batch, what="a batch of a bulk file", look_every=LOOK_EVERY_SECONDS
        )
    finally:
        work.close()

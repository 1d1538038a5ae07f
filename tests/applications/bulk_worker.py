"""Goes through files of many rows in a process of its own, to be killed by a test.

python -m tests.applications.bulk_worker <database> <documents> <now>
"""

import asyncio
import sys
from datetime import datetime
from functools import partial

from services.applications.api.drafts import read_draft
from services.applications.handlers.bulk_applications import take_applications
from services.applications.handlers.bulk_files import BulkWork
from services.applications.storage.objects import store_at
from shared.calendar import WorkingDays
from shared.postgres.database import Database


async def main(url: str, documents: str, now: str) -> None:
    """Batch by batch, each told on a line."""
    database = await Database.connect(url, name="killed")
    moment = datetime.fromisoformat(now)
    take = {"applications": partial(take_applications, read=read_draft)}
    work = BulkWork(database, store_at(documents), WorkingDays(), lambda: moment, take, {})  # type: ignore[arg-type]
    done = 0
    while await work.one_batch():
        done += 1
        sys.stdout.write(f"{done} batches\n")
        sys.stdout.flush()
    await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

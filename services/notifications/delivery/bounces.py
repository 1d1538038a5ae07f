"""Reads the letters that came back from a folder (Maildir) and writes down what they say.

A letter that was delivered once and came back counts as one more attempt, one that failed: its
delivery, the health of its receiver, the pause and what its owner is told go the way of every attempt.
"""

import asyncio
import logging
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from services.notifications.delivery.recording import record
from services.notifications.domain.bounces import Bounce, read_bounces
from services.notifications.domain.deliveries import Outcome
from services.notifications.domain.retries import AttemptResult, Next, Verdict
from services.notifications.tables import deliveries
from shared.postgres.database import EVERYWHERE, Database

LARGEST = 1_000_000
"""Bytes: a notification has the head of our letter, or all of it. More is none of ours."""
AT_ONCE = 100
_SEEN = ":2,S"

log = logging.getLogger(__name__)


async def read_folder(database: Database, folder: Path, *, domain: str, now: datetime) -> bool:
    """Work off what is new in a Maildir; what was read is moved to `cur`. True where there was
    something. Whoever dies in between reads it again, which changes nothing."""
    names = await asyncio.to_thread(_new, folder)
    for name in names:
        found = await asyncio.to_thread(_read, folder / "new" / name)
        for bounce in found:
            if bounce.domain == domain.lower():
                await _note(database, bounce, now=now)
        await asyncio.to_thread(os.replace, folder / "new" / name, folder / "cur" / (name + _SEEN))
    return bool(names)


async def _note(database: Database, bounce: Bounce, *, now: datetime) -> None:
    async with database.begin(EVERYWHERE) as conn:
        delivery = await deliveries.came_back(conn, bounce.delivery_id, address=bounce.recipient)
        if delivery is None:
            log.info("a letter came back that is none of ours, or is known to have failed")
            return
        result = AttemptResult(
            error=bounce.error, hopeless=True, no_such_address=bounce.no_such_address
        )
        outcome = Outcome(
            delivery=delivery,
            began_at=now,
            duration=timedelta(0),
            result=result,
            next=Next(verdict=Verdict.FAILED),
        )
        await record(conn, [outcome], now=now)


def _new(folder: Path) -> Sequence[str]:
    return sorted(one.name for one in os.scandir(folder / "new") if one.is_file())[:AT_ONCE]


def _read(file: Path) -> list[Bounce]:
    if file.stat().st_size > LARGEST:
        return []
    return read_bounces(file.read_bytes())

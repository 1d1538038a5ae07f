"""How long a disturbance is felt after it has ended: until whatever had been said by then was heard.

Asked of the databases past all doors: an outbox that has sent what stood in it, and listeners that
have read the topics as far as they reached and heard every number up to the feed's last.
"""

import asyncio
import time

import asyncpg

from tests.cluster.house import NAMES, House
from tests.cluster.looking import Looking
from tests.cluster.tap import Tap

LISTENS_TO: dict[str, tuple[str, ...]] = {
    "applications": ("risk_pool",),
    "risk_pool": ("applications",),
    "notifications": ("applications", "risk_pool"),
}
WITHIN_SECONDS = 60.0
LOOKS_EACH_SECONDS = 0.1


async def recovery_seconds(house: House, tap: Tap) -> float | None:
    """From now until all has been said and heard that waits now; None where it took too long to be
    waited for."""
    looking = Looking(house)
    begun = time.monotonic()
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            for name in NAMES[:2]:
                await _has_said(looking, name)
            fed, ends = await looking.last_told(), dict(tap.ends)
            for name, topics in LISTENS_TO.items():
                for topic in topics:
                    of_topic = {
                        place.partition: n for place, n in ends.items() if place.topic == topic
                    }
                    await _has_heard(looking, name, topic, fed[topic], of_topic)
    except TimeoutError:
        return None
    finally:
        await looking.close()
    return time.monotonic() - begun


async def _has_said(looking: Looking, name: str) -> None:
    """What stood in the outbox has left it, and what was to be said again has been said."""
    last = None
    while True:
        try:
            if last is None:
                last = (await looking.fetch(name, "select max(id) as n from outbox"))[0]["n"] or 0
            rows = await looking.fetch(
                name, "select exists (select from outbox where id <= $1)"
                " or exists (select from told_again) as waits", last,
            )  # fmt: skip
            if not rows[0]["waits"]:
                return
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            looking.conns.pop(name, None)
        await asyncio.sleep(LOOKS_EACH_SECONDS)


async def _has_heard(
    looking: Looking, name: str, topic: str, number: int, ends: dict[int, int]
) -> None:
    """A listener has heard a topic up to a number, and read each partition as far."""
    while True:
        try:
            heard = await looking.fetch(
                name, "select until from heard_epochs where topic = $1 and epoch <> ''"
                " order by number desc limit 1", topic,
            )  # fmt: skip
            read = await looking.fetch(
                name, "select partition, next from heard_offsets where topic = $1", topic
            )
            until = heard[0]["until"] if heard else 0
            if until >= number and all(
                row["next"] >= ends.get(row["partition"], 0) for row in read
            ):
                return
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            looking.conns.pop(name, None)
        await asyncio.sleep(LOOKS_EACH_SECONDS)

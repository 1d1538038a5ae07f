"""A backlog: a listener is away while hundreds of thousands of events are said, and comes back.

The events are papers that banks have stored; each leaves one row with the pool. They go the whole way:
outbox, relay, brokers, listener.
"""

import asyncio
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from uuid6 import uuid7

from shared.contracts.papers import DocumentStoredV1
from shared.messaging import outbox
from tests.chaos.replicas import REPLICAS
from tests.cluster.house import House
from tests.cluster.looking import Looking
from zhidai.demo.people import BANKS

LISTENER = "risk_pool"
LEAST_PER_SECOND = 500
"""Said, and heard, even where other programs share the two cores."""
CHUNK = 5000


@dataclass(frozen=True)
class Drained:
    """How a backlog went away."""

    events: int
    said_seconds: float
    """Until all of it lay at the brokers, while nobody heard."""
    heard_seconds: float
    """From the listener's return, its start included."""

    def __str__(self) -> str:
        return (
            f"a backlog of {self.events:,}: at the brokers after {self.said_seconds:.0f} s"
            f" ({self.events / self.said_seconds:,.0f} a second); heard {self.heard_seconds:.0f} s after"
            f" the listener came back ({self.events / self.heard_seconds:,.0f} a second)"
        )


async def drained(house: House, events: int) -> Drained:
    """Let a backlog grow, and the listener come back. Raises TimeoutError where it does not go away at
    the least speed, AssertionError where something of it was lost or applied twice."""
    looking, replicas = Looking(house), house.replicas[LISTENER]
    try:
        before = await _kept(looking)
        for number in range(REPLICAS):
            await replicas.end(number)
        begun = time.monotonic()
        async with asyncio.timeout(events / LEAST_PER_SECOND):
            conn = await looking.conn("applications")
            for papers in _stored(events):
                await outbox.append(conn, papers, now=datetime.now(UTC))
            while await _waits(looking):  # noqa: ASYNC110 — nobody wakes for a row
                await asyncio.sleep(0.2)
        said = time.monotonic()
        last = (await looking.last_told())["applications"]
        await asyncio.gather(*(replicas.begin(number) for number in range(REPLICAS)))
        async with asyncio.timeout(events / LEAST_PER_SECOND):
            while await _heard_until(looking) < last:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        heard = time.monotonic()
        kept = await _kept(looking) - before
        assert kept == events, f"{kept} of {events} papers are there"
    finally:
        await looking.close()
    return Drained(events, said - begun, heard - said)


async def _waits(looking: Looking) -> bool:
    rows = await looking.fetch("applications", "select exists (select from outbox) as waits")
    return bool(rows[0]["waits"])


async def _kept(looking: Looking) -> int:
    rows = await looking.fetch(LISTENER, "select count(*) as n from stored_papers")
    return int(rows[0]["n"])


async def _heard_until(looking: Looking) -> int:
    rows = await looking.fetch(
        LISTENER, "select until from heard_epochs where topic = 'applications' and epoch <> ''"
        " order by number desc limit 1",
    )  # fmt: skip
    return int(rows[0]["until"]) if rows else 0


def _stored(events: int) -> Iterator[list[DocumentStoredV1]]:
    """So many papers, in pieces that one statement takes."""
    for first in range(0, events, CHUNK):
        yield [
            DocumentStoredV1(
                document_id=uuid7(), bank_code=BANKS[number % 3].code, media_type="application/pdf",
                sha256=hashlib.sha256(str(number).encode()).hexdigest(), size=1000 + number % 1000,
                filename=f"{number}.pdf",
            )
            for number in range(first, min(first + CHUNK, events))
        ]  # fmt: skip

"""A small service that says numbers and one that writes them down: enough to see every promise."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid4

import asyncpg

from shared.contracts.envelope import Envelope, Event
from shared.messaging import outbox
from shared.messaging.consumer import Consumer, Patience
from shared.messaging.inbox import Received, Routes
from shared.messaging.relay import Pace
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.transient import Backoff

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)

QUICK = Patience(
    attempts=3,
    between=Backoff(first_seconds=0.005, most_seconds=0.01),
    outage=Backoff(first_seconds=0.01, most_seconds=0.05),
)
BRISK = Pace(
    batch=50,
    poll_seconds=0.02,
    election_seconds=0.02,
    fault=Backoff(first_seconds=0.01, most_seconds=0.1),
)

EFFECTS = """
create table effects (
    id bigint generated always as identity primary key,
    key text not null,
    number integer not null,
    unique (key, number)
)
"""


class Counted(Event):
    """A number was said about a loan."""

    topic: ClassVar[str] = "samples"
    type: ClassVar[str] = "sample.counted.v1"

    loan_id: UUID
    number: int
    bank_code: str = ""


class Noted(Event):
    """Another fact about the same loan, of another type."""

    topic: ClassVar[str] = "samples"
    type: ClassVar[str] = "sample.noted.v1"

    loan_id: UUID
    number: int


class Unheard(Event):
    """Nobody has a route for this."""

    topic: ClassVar[str] = "samples"
    type: ClassVar[str] = "sample.unheard.v1"

    loan_id: UUID


class Answered(Event):
    """What the listener says in its turn."""

    topic: ClassVar[str] = "answers"
    type: ClassVar[str] = "sample.answered.v1"

    loan_id: UUID
    number: int


def on_topic(event: type[Event], topic: str) -> type[Event]:
    """The same event on a topic of a test's own."""
    return type(event.__name__, (event,), {"topic": topic, "__module__": __name__})


@dataclass
class Listener:
    """Writes down what it consumes, and fails where it is told to."""

    database: Database
    calls: list[list[tuple[str, int]]] = field(default_factory=list)
    fails_on: set[tuple[str, int]] = field(default_factory=set)
    before: Callable[[asyncpg.Connection], Awaitable[None]] | None = None
    answers: bool = False

    async def hear(
        self, heard: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
    ) -> None:
        """The handler: one statement for the whole call."""
        if self.before is not None:
            await self.before(conn)
        said = [(one.event.key, one.event.number) for one in heard]
        self.calls.append(said)
        failing = self.fails_on.intersection(said)
        if failing:
            raise RuntimeError(f"cannot bear {sorted(failing)}")
        await conn.execute(
            "insert into effects (key, number) select * from unnest($1::text[], $2::int[])",
            [key for key, _ in said],
            [number for _, number in said],
        )
        if self.answers:
            answers = [
                Answered(loan_id=one.event.loan_id, number=one.event.number) for one in heard
            ]
            await outbox.append(conn, answers, now=now)

    def routes(self, topic: str = "samples") -> Routes:
        """It hears two of the three types."""
        return {on_topic(Counted, topic): self.hear, on_topic(Noted, topic): self.hear}

    def consumer(self) -> Consumer:
        """The consumer by itself, without a transport."""
        return Consumer(
            self.database, self.routes(), service="listener", now=lambda: NOW, patience=QUICK
        )

    async def effects(self) -> dict[str, list[int]]:
        """The numbers written down, by key, in the order in which they were."""
        async with self.database.begin(EVERYWHERE) as conn:
            rows = await conn.fetch("select key, number from effects order by id")
        numbers: dict[str, list[int]] = {}
        for key, number in rows:
            numbers.setdefault(key, []).append(number)
        return numbers

    async def parked(self) -> list[tuple[str, str]]:
        """Reason and error of what is parked, in order."""
        async with self.database.begin(EVERYWHERE) as conn:
            rows = await conn.fetch("select reason, error from parked order by position")
        return [(reason, error) for reason, error in rows]


def envelope(event: Event, *, body: bytes | None = None, id: UUID | None = None) -> Envelope:
    """An event as it arrives."""
    return Envelope(
        id=id or uuid4(),
        type=event.type,
        source=f"/zhidai/{event.topic}",
        time=NOW,
        subject=event.subject,
        key=event.key,
        institution=event.institution,
        body=event.model_dump_json().encode() if body is None else body,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


async def until(true: Callable[[], Awaitable[bool]], *, what: str, seconds: float = 60) -> None:
    """Wait for something that must come true."""
    try:
        async with asyncio.timeout(seconds):
            while not await true():  # noqa: ASYNC110 - it is another process that makes it true
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"did not come: {what}") from None

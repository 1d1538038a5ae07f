"""Receive a batch of events exactly once in effect, in order per key, in one transaction.

A repeated event is dropped by its inbox row. An event that fails is tried again a few times and
then parked with everything of its key behind it; the other keys flow on. A fault that lies
outside the event (a lost connection, a deadlock) is waited out for as long as it takes.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg

from shared.contracts.envelope import Envelope, Event
from shared.messaging import heard, metrics, parking
from shared.messaging.counts import count_heard
from shared.messaging.inbox import (
    Routes,
    Unreadable,
    by_type,
    concerns,
    first_time,
    hand_over,
    read_event,
    waves,
)
from shared.messaging.wire import Arrived
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.transient import Backoff, is_transient

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often an event that fails is tried before it is parked, and the waits between."""

    attempts: int = 4
    between: Backoff = field(default_factory=lambda: Backoff(first_seconds=0.2, most_seconds=2.0))
    outage: Backoff = field(default_factory=lambda: Backoff(first_seconds=0.1, most_seconds=5.0))


class _Rejected(Exception):
    """What a handler did was refused, by itself or by the database; not a passing fault."""

    def __init__(self, error: Exception) -> None:
        self.error = error


Work = tuple[Arrived, Event | Unreadable]


async def nothing_to_learn() -> None:
    """Of a clock that nobody moves."""


@dataclass(slots=True)
class _Noting:
    """What is to be written down of a batch, and whether it has been."""

    batch: Sequence[Arrived]
    offsets: Mapping[int, int]
    done: bool = False


class Consumer:
    """What one service does with the events it hears; a transport is given one to hand them to."""

    def __init__(
        self,
        database: Database,
        routes: Routes,
        *,
        service: str,
        now: Callable[[], datetime],
        learn_time: Callable[[], Awaitable[None]] = nothing_to_learn,
        patience: Patience = Patience(),
        clock_is_true: bool = False,
    ) -> None:
        """`clock_is_true`: nobody moves `now`, so an event from beyond it cannot be."""
        self._database = database
        self._routes = by_type(routes)
        self._now = now
        self._clock_is_true = clock_is_true
        self._learn_time = learn_time
        self._patience = patience
        self._service = service
        self._applied = metrics.APPLIED.labels(service)
        self._parked = metrics.PARKED_TOTAL.labels(service)

    async def receive(self, topic: str, batch: Sequence[Arrived]) -> None:
        """Receive a batch of one topic, in order. Returns when every event is applied or parked."""
        await self.apply(topic, self.understand(topic, batch))

    def understand(self, topic: str, batch: Sequence[Arrived]) -> list[Work]:
        """What of the batch of a topic concerns this service, read."""
        latest = self._now() if self._clock_is_true else None
        return [
            (arrived, read_event(topic, arrived, self._routes, latest=latest))
            for arrived in batch
            if concerns(arrived, self._routes)
        ]

    async def apply(self, topic: str, work: Sequence[Work]) -> None:
        """Apply what was understood. Returns when every event is applied or parked."""
        await self._all_of(topic, work, None)

    async def deal_with(
        self, topic: str, work: Sequence[Work], batch: Sequence[Arrived], offsets: Mapping[int, int]
    ) -> None:
        """The same, and write down that the batch is dealt with: in one transaction, where nothing of it
        fails."""
        noting = _Noting(batch, offsets)
        await self._all_of(topic, work, noting)
        if not noting.done:
            await self.note(topic, batch, offsets)

    async def _all_of(self, topic: str, work: Sequence[Work], noting: _Noting | None) -> None:
        while work and not await self._attempt(topic, work, noting):
            pass

    async def note(self, topic: str, batch: Sequence[Arrived], offsets: Mapping[int, int]) -> None:
        """Write down that a batch is dealt with, whatever of it concerned this service."""
        attempt = 0
        while True:
            attempt += 1
            try:
                async with self._database.begin(EVERYWHERE) as conn:
                    await heard.note(conn, topic, batch, offsets)
                return
            except Exception as error:
                # What an event says plays no part here: it can only be the database's trouble.
                log.warning("%s waits for its database: %r", self._service, error)
                metrics.OUTAGES.labels(self._service).inc()
                await self._patience.outage.wait(attempt)

    async def offsets(self, topics: Collection[str]) -> Mapping[tuple[str, int], int]:
        """(Topic, partition) → the offset to read next, as far as this database knows."""
        async with self._database.looking(EVERYWHERE) as conn:
            return await heard.offsets_of(conn, topics)

    async def gaps(self) -> list[tuple[str, int]]:
        """The topics of which something has not come for a while, each with the number after which; none
        while the database is away."""
        try:
            async with self._database.looking(EVERYWHERE) as conn:
                return [(one.topic, one.until) for one in await heard.how_far(conn) if one.is_gap]
        except Exception as error:
            if not is_transient(error):
                raise
            return []

    async def _attempt(self, topic: str, work: Sequence[Work], noting: _Noting | None) -> bool:
        """Apply what can be applied; try the rest again; park what still fails.

        All failing events wait together, so that a fault in every event of a batch costs the
        same few waits as a fault in one. False if parking let something through that fails in its
        turn: another member had dealt with the event before it. Then once more from the start.
        """
        rest = list(work)
        errors: dict[UUID, Exception] = {}
        for attempt in range(1, self._patience.attempts + 1):
            errors = {}
            # Only what is applied as a whole is noted in its transaction.
            rest = await self._halve(topic, rest, errors, set(), noting if attempt == 1 else None)
            if not rest:
                return True
            if attempt < self._patience.attempts:
                await self._patience.between.wait(attempt)
        try:
            await self._patiently(topic, rest, errors)
        except Exception:
            return False
        return True

    async def _halve(
        self,
        topic: str,
        work: Sequence[Work],
        errors: dict[UUID, Exception],
        blocked: set[str],
        noting: _Noting | None = None,
    ) -> list[Work]:
        """Apply the work in ever smaller pieces; the answer is what failed and what is behind it.

        Pieces follow the order of arrival and a key that failed is blocked, so the order of every
        key is kept.
        """
        left = [one for one in work if one[0].key in blocked]
        free = [one for one in work if one[0].key not in blocked]
        if not free:
            return left
        try:
            await self._patiently(topic, free, {}, noting)
            return left
        except Exception as error:
            if len(free) == 1:
                arrived = free[0][0]
                errors[arrived.id] = error
                blocked.add(arrived.key)
                return [*left, *free]
        middle = len(free) // 2
        first = await self._halve(topic, free[:middle], errors, blocked)
        second = await self._halve(topic, free[middle:], errors, blocked)
        return [*left, *first, *second]

    async def _patiently(
        self, topic: str, work: Sequence[Work], errors: Mapping[UUID, Exception],
        noting: _Noting | None = None,
    ) -> None:  # fmt: skip
        """One transaction, again and again while the fault lies outside the events."""
        attempt = 0
        while True:
            attempt += 1
            try:
                await self._apply(topic, work, errors, noting)
                return
            except _Rejected as rejected:
                raise rejected.error from None
            except Exception as error:
                # Before the handlers run nothing depends on what an event says, so this is the
                # database's trouble, not the event's.
                log.warning("%s waits for its database: %r", self._service, error)
                metrics.OUTAGES.labels(self._service).inc()
                await self._patience.outage.wait(attempt)

    async def _apply(
        self, topic: str, work: Sequence[Work], errors: Mapping[UUID, Exception],
        noting: _Noting | None = None,
    ) -> None:  # fmt: skip
        """Inbox, parking, handlers, and what is noted: one transaction."""
        handling = False
        try:
            await self._learn_time()
            async with self._database.begin(EVERYWHERE) as conn:
                await parking.keep_replays_out(conn)
                fresh = await first_time(conn, [arrived.id for arrived, _ in work])
                # A statement of its own, after the inbox: its snapshot must show what a member
                # that held these partitions before us has parked in the meantime.
                keys = list({arrived.key for arrived, _ in work})
                blocked = await parking.parked_keys(conn, topic, keys)
                ready, to_park = self._sort(topic, work, fresh, blocked, errors)
                await parking.park(conn, to_park)
                came = [*(envelope for envelope, _ in ready), *(one.arrived for one in to_park)]
                handling = True
                for wave in waves(ready):
                    handler = self._routes[wave[0].envelope.type][1]
                    try:
                        await hand_over(handler, wave, conn=conn, now=self._now())
                    except Exception as error:
                        if is_transient(error) or conn.is_closed():
                            raise
                        raise _Rejected(error) from error
                await count_heard(conn, topic, [one for one in came if isinstance(one, Envelope)])
                if noting is not None:
                    await heard.note(conn, topic, noting.batch, noting.offsets)
        except asyncpg.PostgresError as error:
            # At commit a deferred constraint may still say no to what a handler wrote.
            if handling and not is_transient(error):
                raise _Rejected(error) from error
            raise
        if noting is not None:
            noting.done = True
        self._applied.inc(len(ready))
        if to_park:
            self._parked.inc(len(to_park))
            log.error("parked %s of %s, first: %s", len(to_park), topic, to_park[0].error)

    def _sort(
        self,
        topic: str,
        work: Sequence[Work],
        fresh: set[UUID],
        blocked: set[str],
        errors: Mapping[UUID, Exception],
    ) -> tuple[list[tuple[Envelope, Event]], list[parking.ToPark]]:
        """What to hand to the handlers, and what to park: nothing passes a parked one of its key.

        `fresh` and `blocked` are used up: an id that comes twice in a batch is fresh once.
        """
        ready: list[tuple[Envelope, Event]] = []
        to_park: list[parking.ToPark] = []
        for arrived, event in work:
            if arrived.id not in fresh:
                continue
            fresh.discard(arrived.id)
            error = event if isinstance(event, Unreadable) else errors.get(arrived.id)
            if arrived.key in blocked:
                to_park.append(parking.behind(topic, arrived))
            elif error is not None:
                blocked.add(arrived.key)
                attempts = 1 if error is event else self._patience.attempts
                to_park.append(parking.failed(topic, arrived, error, attempts=attempts))
            else:
                assert isinstance(arrived, Envelope) and isinstance(event, Event)
                ready.append((arrived, event))
        return ready, to_park

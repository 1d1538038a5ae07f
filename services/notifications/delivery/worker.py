"""The worker that delivers: claims what is due, sends it, writes down how it went, again.

Attempts run beside each other and never wait for one another; what has ended is written down in
the same short transaction that claims what comes next. One channel has one courier in a process.
"""

import asyncio
import logging
import random
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Protocol

import asyncpg

from services.notifications.delivery import metrics
from services.notifications.domain.retries import Answer, Verdict, what_next
from services.notifications.queries.looking import looking
from services.notifications.tables.deliveries import Outcome, Parcel, record
from shared.clock import Clock
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.transient import is_transient

log = logging.getLogger(__name__)

REST_SECONDS = 0.02
"""Between two looks for what is due, when there was nothing."""

_in_a_turn: ContextVar[bool] = ContextVar("in_a_turn", default=False)


class Channel(Protocol):
    """A way to deliver."""

    name: str

    async def waiting(self, conn: asyncpg.Connection, *, now: datetime) -> bool:
        """Whether there is something to claim, and room for it."""

    async def claim(
        self, conn: asyncpg.Connection, *, now: datetime, until: datetime
    ) -> Sequence[Parcel]:
        """Take what there is room for, until the end of the lease."""

    def begun(self, parcel: Parcel) -> None:
        """A claim was committed: the attempt begins, and takes room."""

    async def send(self, parcel: Parcel, *, now: datetime) -> Answer:
        """Make one attempt."""

    def ended(self, parcel: Parcel, *, well: bool, seconds: float) -> None:
        """An attempt has ended: its room is free again."""

    async def close(self) -> None:
        """Let go of every connection."""


class Courier:
    """Delivers over one channel until told to stop."""

    def __init__(
        self,
        database: Database,
        channel: Channel,
        *,
        clock: Clock,
        waits: Sequence[float],
        lease: timedelta,
        poll_seconds: float,
        grace_seconds: float,
    ) -> None:
        self._database = database
        self._channel = channel
        self._clock = clock
        self._waits = waits
        self._lease = lease
        self._poll_seconds = poll_seconds
        self._grace_seconds = grace_seconds
        self._wake = asyncio.Event()
        self._ended: list[Outcome] = []
        self._in_hand: set[asyncio.Task[None]] = set()
        database.after_commit(self._something_was_committed)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until stopped; then finish what is in hand, or leave it to its lease."""
        try:
            stop = asyncio.create_task(stopping.wait())
            stop.add_done_callback(lambda _: self._wake.set())
            while not stopping.is_set():
                self._wake.clear()
                if not await self._turn_or_complain():
                    await self._wait()
            stop.cancel()
        finally:
            await self._finish()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await self._wake.wait()
        except TimeoutError:
            return
        if not self._ended:
            # Commits come in crowds, and most of them are none of ours.
            await asyncio.sleep(REST_SECONDS)

    async def _turn_or_complain(self) -> bool:
        try:
            return await self._turn(claim=True)
        except Exception as error:
            # Outcomes are kept for the next turn; a database that is away comes back.
            if is_transient(error):
                log.warning("%s deliveries wait for their database: %r", self._channel.name, error)
            else:
                log.exception("a turn of %s deliveries broke", self._channel.name)
            self._wake.clear()
            return False

    async def _turn(self, *, claim: bool) -> bool:
        """Write down what ended and take what is due. False when there was nothing to do."""
        now = self._clock.now()
        if not self._ended:
            # Only looking: a commit would wake the relay, and that would wake us again.
            async with looking(self._database, EVERYWHERE) as conn:
                if not claim or not await self._channel.waiting(conn, now=now):
                    return False
        written = len(self._ended)
        parcels: Sequence[Parcel] = ()
        token = _in_a_turn.set(True)
        try:
            async with self._database.begin(EVERYWHERE) as conn:
                await record(conn, self._ended[:written], now=now)
                if claim:
                    parcels = await self._channel.claim(conn, now=now, until=now + self._lease)
        finally:
            _in_a_turn.reset(token)
        del self._ended[:written]
        for parcel in parcels:
            self._channel.begun(parcel)
            task = asyncio.create_task(self._attempt(parcel))
            self._in_hand.add(task)
            task.add_done_callback(self._in_hand.discard)
        metrics.IN_HAND.labels(self._channel.name).set(len(self._in_hand))
        return bool(written or parcels)

    async def _attempt(self, parcel: Parcel) -> None:
        loop = asyncio.get_running_loop()
        began_at, began = self._clock.now(), loop.time()
        well = False
        try:
            answer = await self._send(parcel, now=began_at)
            duration = timedelta(seconds=loop.time() - began)
            then = what_next(
                answer,
                tries=parcel.tries,
                now=began_at + duration,
                chance=random.random(),
                waits=self._waits,
            )
            well = then.verdict is Verdict.DELIVERED
            metrics.OUTCOMES.labels(self._channel.name, then.verdict.value).inc()
            metrics.SECONDS.labels(self._channel.name).observe(duration.total_seconds())
            self._ended.append(
                Outcome(
                    parcel=parcel, began_at=began_at, duration=duration, answer=answer, next=then
                )
            )
        finally:
            # Also when broken off at a stop: then the lease brings it back.
            self._channel.ended(parcel, well=well, seconds=loop.time() - began)
            self._wake.set()

    async def _send(self, parcel: Parcel, *, now: datetime) -> Answer:
        try:
            return await self._channel.send(parcel, now=now)
        except Exception as error:
            # A bug of ours. It counts as a failure, or it would come back for ever, unseen.
            log.exception("an attempt broke", extra={"delivery_id": str(parcel.delivery_id)})
            return Answer(error=f"it could not be sent: {type(error).__name__}")

    async def _finish(self) -> None:
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=self._grace_seconds)
        left = list(self._in_hand)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        try:
            await self._turn(claim=False)
        except Exception:
            log.exception("what was sent last could not be written down; it will be sent again")
        await self._channel.close()

    def _something_was_committed(self) -> None:
        if not _in_a_turn.get():
            self._wake.set()

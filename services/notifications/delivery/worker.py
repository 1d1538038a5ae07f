"""The worker that delivers: claims what is due, sends it, writes down how it went, again.

Attempts run beside each other and never wait for one another; what has ended is written down in
the same short transaction that claims what comes next. One channel has one worker in a process.

What is in hand is claimed for a few seconds and held on to while it lasts, so whoever dies or hangs is
followed soon. It goes by the database server's time: the clocks of two machines may differ.
"""

import asyncio
import logging
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from services.notifications.delivery import metrics
from services.notifications.delivery.channels import Sender
from services.notifications.delivery.recording import record
from services.notifications.domain.deliveries import ClaimedDelivery, Outcome
from services.notifications.domain.fairness import Fairness
from services.notifications.domain.gathered import AT_ONCE, BEYOND, as_one
from services.notifications.domain.hours import Hours, KnowsWorkingDays
from services.notifications.domain.retries import AttemptResult, Verdict, what_next
from services.notifications.queries import due
from services.notifications.queries.due import Target, Targets
from services.notifications.tables import deliveries, receivers
from shared.clock import Clock, SystemClock
from shared.postgres.database import EVERYWHERE, Database, plan_anew
from shared.postgres.transient import is_transient

log = logging.getLogger(__name__)

REST_SECONDS = 0.02
"""Between two looks for what is due, when there was nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a worker waits, for whatever it waits for."""

    retry_waits: Sequence[float]
    lease: timedelta
    poll_seconds: float
    grace_seconds: float
    """How long a worker that stops lets attempts in hand go on."""


class DeliveryWorker:
    """Delivers over one channel until told to stop."""

    def __init__(
        self,
        database: Database,
        channel: str,
        sender: Sender,
        targets: Targets,
        fairness: Fairness,
        *,
        clock: Clock | None,
        timing: Timing,
        working_days: KnowsWorkingDays,
        pace: timedelta = timedelta(0),
        gathers: bool = False,
    ) -> None:
        """`clock`: a test's own; None: the database server's."""
        self._database = database
        self._channel = channel
        self._sender = sender
        self._load_targets = targets
        self._fairness = fairness
        self._clock = clock
        self._ahead = timedelta(0)
        """Of this machine's clock, so much is the database server's."""
        self._timing = timing
        self._working_days = working_days
        self._pace = pace
        self._gathers = gathers
        self._targets: dict[UUID, Target] = {}
        self._wake = asyncio.Event()
        self._ended: list[Outcome] = []
        self._in_hand: dict[asyncio.Task[None], Sequence[ClaimedDelivery]] = {}
        database.after_commit(self._wake.set, of=deliveries.DELIVERIES)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until stopped; then finish what is in hand, or leave it to its lease."""
        try:
            stop = asyncio.create_task(stopping.wait())
            stop.add_done_callback(lambda _: self._wake.set())
            holding = asyncio.create_task(self._hold_on())
            while not stopping.is_set():
                self._wake.clear()
                if not await self._turn_or_complain():
                    await self._wait()
            stop.cancel()
        finally:
            await self._finish()
            holding.cancel()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._timing.poll_seconds):
                await self._wake.wait()
        except TimeoutError:
            return
        if not self._ended:
            # Commits come in crowds.
            await asyncio.sleep(REST_SECONDS)

    async def _turn_or_complain(self) -> bool:
        try:
            return await self._turn(claim=True)
        except Exception as error:
            # Outcomes are kept for the next turn; a database that is away comes back.
            if is_transient(error):
                log.warning("%s deliveries wait for their database: %r", self._channel, error)
            else:
                log.exception("a turn of %s deliveries broke", self._channel)
            self._wake.clear()
            return False

    async def _hold_on(self) -> None:
        """Claim anew what is still in hand, or has ended and is not written down yet, well before its
        lease is over."""
        while True:
            await asyncio.sleep(self._timing.lease.total_seconds() / 3)
            held = [one for some in self._in_hand.values() for one in some]
            held += [outcome.delivery for outcome in self._ended]
            if not held:
                continue
            try:
                async with self._database.begin(EVERYWHERE) as conn:
                    now = await self._learn_time(conn)
                    await deliveries.hold_on(conn, held, until=now + self._timing.lease)
            except Exception as error:
                # Then it is sent twice, under one id, rather than not at all.
                log.warning("%s deliveries in hand are not held on to: %r", self._channel, error)

    async def _learn_time(self, conn: asyncpg.Connection) -> datetime:
        if self._clock is None:
            servers: datetime = await conn.fetchval("select clock_timestamp()")
            self._ahead = servers - datetime.now(UTC)
        return self._now()

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._ahead if self._clock is None else self._clock.now()

    async def _turn(self, *, claim: bool) -> bool:
        """Write down what ended and take what is due. False when there was nothing to do."""
        if not self._ended:
            # Only looking: a commit would wake the relay.
            async with self._database.looking(EVERYWHERE) as conn:
                if not claim:
                    return False
                now = await self._learn_time(conn)
                await plan_anew(conn)
                waiting = await due.waiting(conn, self._channel, now=now)
                if not self._quiet(waiting, now=now) and not self._fairness.share(waiting):
                    return False
        written = len(self._ended)
        claimed: Sequence[ClaimedDelivery] = ()
        async with self._database.begin(EVERYWHERE) as conn:
            now = await self._learn_time(conn)
            await plan_anew(conn)
            await record(conn, self._ended[:written], now=now)
            if claim:
                claimed = await self.claim(conn, now=now)
        del self._ended[:written]
        for attempt in self._attempts(claimed):
            self._begin(attempt)
        metrics.IN_HAND.labels(self._channel).set(len(self._in_hand))
        return bool(written or claimed)

    async def claim(self, conn: asyncpg.Connection, *, now: datetime) -> Sequence[ClaimedDelivery]:
        """Take as much for each receiver as it may have in hand, until the end of the lease. What falls
        into its quiet hours is due at their end."""
        waiting = await due.waiting(conn, self._channel, now=now)
        quiet = self._quiet(waiting, now=now)
        if quiet:
            still = self._quiet(await due.hours(conn, list(quiet)), now=now)
            await deliveries.keep_back(conn, still, now=now)
            waiting = await due.waiting(conn, self._channel, now=now)
        shares = self._fairness.share(waiting)
        if self._pace and shares:
            free = await receivers.take_turn(conn, list(shares), now=now, until=now + self._pace)
            shares = {one: 1 for one in shares if one in free}
        if self._gathers and shares:
            crowded = await due.crowded(conn, list(shares), beyond=BEYOND, now=now)
            shares |= dict.fromkeys(crowded, AT_ONCE)
        if not shares:
            return ()
        claimed = await deliveries.claim(
            conn, shares, now=now, until=now + self._timing.lease, quiet=quiet
        )
        reached = sorted({delivery.receiver_id for delivery in claimed})
        for target in await self._load_targets(conn, reached):
            self._targets[target["id"]] = target
        self._fairness.served(shares)
        return claimed

    def _quiet(self, waiting: Mapping[UUID, Hours], *, now: datetime) -> dict[UUID, datetime]:
        """Which of these receivers are quiet now, and until when."""
        until = {one: hours.told_at(now, self._working_days) for one, hours in waiting.items()}
        return {one: at for one, at in until.items() if at > now}

    def _attempts(self, claimed: Sequence[ClaimedDelivery]) -> Iterable[Sequence[ClaimedDelivery]]:
        """What goes in one attempt: each delivery, or all of a receiver where its channel gathers."""
        if not self._gathers:
            return [(one,) for one in claimed]
        by_receiver: dict[UUID, list[ClaimedDelivery]] = {}
        for one in claimed:
            by_receiver.setdefault(one.receiver_id, []).append(one)
        return by_receiver.values()

    def _begin(self, gathered: Sequence[ClaimedDelivery]) -> None:
        self._fairness.begun(gathered[0].receiver_id)
        task = asyncio.create_task(self._attempt(gathered))
        self._in_hand[task] = gathered
        task.add_done_callback(self._in_hand.pop)

    async def _attempt(self, gathered: Sequence[ClaimedDelivery]) -> None:
        delivery = as_one(gathered)
        loop = asyncio.get_running_loop()
        began_at, began = self._now(), loop.time()
        well = False
        try:
            # Dated by the world's clock, not a sandbox's: who receives it compares it with his own,
            # and takes for a repeated message what is signed as of another year.
            result = await self.send(delivery, now=SystemClock().now())
            duration = timedelta(seconds=loop.time() - began)
            metrics.SECONDS.labels(self._channel).observe(duration.total_seconds())
            for one in gathered:
                then = what_next(
                    result,
                    tries=one.tries,
                    now=began_at + duration,
                    chance=random.random(),
                    waits=self._timing.retry_waits,
                )
                well = then.verdict is Verdict.DELIVERED
                metrics.OUTCOMES.labels(self._channel, then.verdict.value).inc()
                self._ended.append(
                    Outcome(
                        delivery=one,
                        began_at=began_at,
                        duration=duration,
                        result=result,
                        next=then,
                    )
                )
        finally:
            # Also when broken off at a stop: then the lease brings it back.
            self._fairness.ended(delivery.receiver_id, well=well, seconds=loop.time() - began)
            self._wake.set()

    async def send(self, delivery: ClaimedDelivery, *, now: datetime) -> AttemptResult:
        """Make one attempt."""
        try:
            target = self._targets[delivery.receiver_id]
            return await self._sender.send(delivery, target, now=now)
        except Exception as error:
            # A bug of ours. It counts as a failure, or it would come back for ever, unseen.
            log.exception("an attempt broke", extra={"delivery_id": str(delivery.delivery_id)})
            return AttemptResult(error=f"it could not be sent: {type(error).__name__}")

    async def _finish(self) -> None:
        if self._in_hand:
            await asyncio.wait(list(self._in_hand), timeout=self._timing.grace_seconds)
        left = list(self._in_hand)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        try:
            await self._turn(claim=False)
        except Exception:
            log.exception("what was sent last could not be written down; it will be sent again")
        await self.close()

    async def close(self) -> None:
        """Let go of every connection to receivers."""
        await self._sender.close()

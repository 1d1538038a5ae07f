"""Publish what the outbox holds, in order, and move it to the event feed.

Alone per service: a session-level advisory lock on a connection of its own, which the server ends when
its process shows no life (`shared/postgres/hung.py`). It reads by id what
is visible and keeps no cursor, so a row that commits late is found later and never skipped; it
deletes what was published by id. Whatever dies in between, the rows are still there and are
published again, which the inbox of the listeners drops.

Where another program publishes what the feed has (Debezium, see `another_publisher`), it numbers and
moves events all the same, and leaves the sending to that one.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg
from opentelemetry.trace import SpanKind

from shared.contracts.envelope import Envelope
from shared.messaging import metrics
from shared.messaging.counts import MONTH_SAID
from shared.messaging.port import Transport
from shared.messaging.relay_lock import RELAY_LOCK, RelayDoes
from shared.messaging.relay_watch import Watch
from shared.messaging.told import (
    Epoch,
    ask_again,
    epochs,
    go_on_after_the_feed,
    know_itself,
    said_since,
)
from shared.observability.tracing import tracing_each
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.hung import settings_of, shows_life
from shared.postgres.known_types import Connection
from shared.postgres.pools_seen import always_look_as
from shared.postgres.transient import Backoff

log = logging.getLogger(__name__)

REFILLED: Final = timedelta(days=7)
"""As long as a broker keeps records unless it is told otherwise, so much of the feed goes into a topic that had
to be made again."""

_COLUMNS = """id, event_id, aggregatetype, aggregateid, type, payload, ce_source, ce_time, ce_subject,
       traceparent, institution"""

# What is about to be published gets its numbers first, and is remembered with them: whoever sends
# it again after a crash sends this batch, with these numbers.
_READ = f"""
with batch as (
    select {_COLUMNS} from outbox where id <> all($1::bigint[]) order by id limit $2
), numbered as (
    update told_epochs e set last = e.last + batch.size
    from (select count(*) as size from batch) as batch
    where e.number = $3 and batch.size > 0
    returning e.last - batch.size as after
), kept as (
    insert into told_batches (after, ids)
    select after, (select array_agg(id order by id) from batch) from numbered
)
select {_COLUMNS}, (select after from numbered) as after from batch order by id
"""

_TOPICS = """
select distinct aggregatetype from (select aggregatetype from outbox order by id limit $1) as first
"""

_READ_AGAIN = f"""
select {_COLUMNS}, b.after from told_batches b join outbox on id = any (b.ids)
where b.after = (select min(after) from told_batches)
order by id
"""

# One statement, so one transaction: what leaves the outbox is in the feed, and counted.
_FED = """
select position, event_id, topic, key, type, body, source, occurred_at, subject, traceparent,
       institution
from event_feed where position between $1 and $2 order by position limit $3
"""

_MOVE = f"""
with published as (
    delete from outbox where id = any($1::bigint[]) returning *
), no_longer as (
    delete from told_batches where after = $2
), counted as (
    insert into told_counts as kept (month, type, count)
    select {MONTH_SAID}, type, count(*) from published group by 1, 2
    on conflict (month, type) do update set count = kept.count + excluded.count
)
insert into event_feed (position, event_id, topic, key, type, body, source, occurred_at, subject,
                        traceparent, institution, parties, epoch)
select $2::bigint + row_number() over (order by id),
       event_id, aggregatetype, aggregateid, type, payload, ce_source, ce_time, ce_subject,
       traceparent, institution, parties, $3
from published order by id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much at once, and how long between looks."""

    batch: int = 2000
    poll_seconds: float = 0.25
    """Between looks at an empty outbox when nobody wakes the relay."""
    election_seconds: float = 0.5
    """Between tries to become the one relay. A waiting lock statement would hold back vacuum."""
    hung_seconds: float = 1.0
    """Between looks for connections of processes that hang."""
    observe_seconds: float = 5.0
    fault: Backoff = field(default_factory=lambda: Backoff(first_seconds=0.1, most_seconds=5.0))


class Relay:
    """One service's relay. Run it in every process of the service; one at a time is active."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        *,
        service: str,
        does: RelayDoes = "publishes",
        pace: Pace = Pace(),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        says: Collection[str] = (),
    ) -> None:
        self._database = database
        self.does = does
        self._transport = transport
        self._service = service
        self._pace = pace
        self._now = now
        self._says = frozenset(says)
        self._woken = asyncio.Event()
        self._stopped = asyncio.Event()
        self._watch = Watch(service, every=pace.observe_seconds, hung_every=pace.hung_seconds)
        self._faults = 0
        self.active = False
        """Whether this one is the service's relay now."""

    def wake(self) -> None:
        """There may be something to publish: called after a commit."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the batch in hand, then let `run` return."""
        self._stopped.set()
        self._woken.set()

    async def run(self) -> None:
        """Relay until stopped, through every fault of database and broker.

        Cancelling it is safe at any point: what was not moved is published again.
        """
        while not self._stopped.is_set():
            try:
                async with self._elected() as conn:
                    await self._lead(conn)
            except Exception as error:
                self._faults += 1
                metrics.RELAY_FAULTS.labels(self._service).inc()
                log.warning("the relay of %s starts again: %r", self._service, error)
                await self._pause(self._pace.fault.seconds(self._faults))

    @asynccontextmanager
    async def _elected(self) -> AsyncIterator[asyncpg.Connection]:
        """The relay's connection, once it holds the lock. The lock dies with the connection."""
        conn = await asyncpg.connect(
            self._database.url,
            timeout=10,
            command_timeout=60,
            connection_class=Connection,
            server_settings=settings_of(f"{self._service}-relay", leads=True),
        )
        try:
            await always_look_as(conn, EVERYWHERE)
            # The planner cannot know how long a queue is just now, and would read and sort all of
            # it where the index gives the first rows at once.
            await conn.execute("set enable_seqscan = off; set enable_bitmapscan = off")
            while not await self._leads(conn):
                # Whoever does not lead still tells how long events have waited: it may be that nobody
                # leads.
                await self._watch.look(conn)
                await self._pause(self._pace.election_seconds)
                if self._stopped.is_set():
                    break
            self.active = not self._stopped.is_set()
            metrics.RELAY_ACTIVE.labels(self._service).set(self.active)
            yield conn
        finally:
            self.active = False
            metrics.RELAY_ACTIVE.labels(self._service).set(0)
            try:
                await conn.close(timeout=5)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                conn.terminate()

    async def _leads(self, conn: asyncpg.Connection) -> bool:
        """Whether this one is the relay from now on. One that rests never is."""
        if self.does == "rests":
            return False
        return bool(await conn.fetchval("select pg_try_advisory_lock($1)", RELAY_LOCK))

    async def _lead(self, conn: asyncpg.Connection) -> None:
        """Publish batch after batch. While one is on its way the one before it is moved."""
        async with conn.transaction():
            epoch = await know_itself(conn, now=self._now())
            await go_on_after_the_feed(conn)
        await self._watch.look(conn)
        await self._make_topics(conn)
        await self._end_what_was_begun(conn)
        sending: asyncio.Task[None] | None = None
        sent, after, before = list[int](), 0, 0
        try:
            while sending is not None or not self._stopped.is_set():
                self._woken.clear()
                rows = await self._read(conn, epoch, excluding=sent)
                published, before = sent, after
                if sending is not None:
                    await shows_life(conn, sending)
                    sending = None
                sent, after = [row[0] for row in rows], rows[0]["after"] if rows else 0
                moving = (
                    asyncio.create_task(self._move(conn, published, before, epoch.name))
                    if published
                    else None
                )
                # Asked first, the database moves one batch while we pack the next.
                sending = asyncio.create_task(self._publish(rows, [epoch])) if rows else None
                if moving is not None:
                    await moving
                    self._faults = 0
                if sending is None and not self._stopped.is_set():
                    await self._fill_again(conn, self._transport.emptied)
                    await self._publish_again(conn)
                    await self._watch.look(conn)
                    await self._idle()
                else:
                    await self._watch.look(conn)
        finally:
            if sending is not None:
                # Two publications must never be on their way side by side.
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)

    async def _end_what_was_begun(self, conn: asyncpg.Connection) -> None:
        """Batches that were numbered by whoever led before, sent as they were numbered."""
        known = await epochs(conn)
        while rows := await conn.fetch(_READ_AGAIN):
            await shows_life(conn, self._publish(rows, known))
            after = rows[0]["after"]
            epoch = _epoch_of(after + 1, known).name
            await self._move(conn, [row[0] for row in rows], after, epoch)

    async def _make_topics(self, conn: asyncpg.Connection) -> None:
        """Make the service's topics where they are not there (any more). What it held comes first, so that the
        order of each key is kept."""
        waiting = await conn.fetch(_TOPICS, self._pace.batch)
        topics = self._says.union(row[0] for row in waiting)
        was_missing = await shows_life(conn, self._transport.make(sorted(topics)))
        if was_missing and self.does == "publishes":
            await self._fill_again(conn, topics)
            while await self._publish_again(conn):
                pass

    async def _fill_again(self, conn: asyncpg.Connection, emptied: Collection[str]) -> None:
        """What a topic held that was deleted is said once more out of the feed, which is the record. Who
        has heard it passes over it."""
        if not emptied:
            return
        names = ", ".join(sorted(emptied))
        first = await said_since(conn, self._now() - REFILLED)
        if first is not None:
            said = await ask_again(
                conn, first=first, until=None, by=f"the relay, as {names} was empty"
            )
            log.error("%s was made anew: %s events are said again", names, said)
        self._transport.emptied.clear()

    async def _publish_again(self, conn: asyncpg.Connection) -> bool:
        """A piece of what somebody asked to have published once more, out of the feed; whether there was."""
        asked = await conn.fetchrow("select id, next, until from told_again order by id limit 1")
        if asked is None:
            return False
        rows = await conn.fetch(_FED, asked["next"], asked["until"], self._pace.batch)
        if rows:
            numbered = [(row[0], row) for row in rows]
            known = await epochs(conn)
            await shows_life(conn, self._publish_numbered(numbered, known=known))
        following = rows[-1]["position"] + 1 if rows else asked["until"] + 1
        if following > asked["until"]:
            await conn.execute("delete from told_again where id = $1", asked["id"])
        else:
            await conn.execute(
                "update told_again set next = $2 where id = $1", asked["id"], following
            )
        self.wake()
        return True

    async def _read(
        self, conn: asyncpg.Connection, epoch: Epoch, *, excluding: Sequence[int]
    ) -> Sequence[asyncpg.Record]:
        """What is visible and not on its way already; nothing more once we are to stop."""
        if self._stopped.is_set():
            return []
        rows: Sequence[asyncpg.Record] = await conn.fetch(
            _READ, excluding, self._pace.batch, epoch.number
        )
        return rows

    async def _publish(self, rows: Sequence[asyncpg.Record], known: Sequence[Epoch]) -> None:
        if self.does == "numbers":
            return
        numbered = [(row["after"] + place, row) for place, row in enumerate(rows, start=1)]
        await self._publish_numbered(numbered, known=known)

    async def _publish_numbered(
        self, rows: Sequence[tuple[int, asyncpg.Record]], *, known: Sequence[Epoch]
    ) -> None:
        for topic, batch in _by_topic(rows, known).items():
            came = {str(envelope.id): envelope.traceparent for envelope in batch}
            with tracing_each(came, name=f"publish {topic}", kind=SpanKind.PRODUCER):
                await self._transport.publish(topic, batch)

    async def _move(
        self, conn: asyncpg.Connection, ids: Sequence[int], after: int, epoch: str
    ) -> None:
        """Out of the outbox, into the feed, with the numbers that they were published with."""
        await conn.execute(_MOVE, ids, after, epoch)
        metrics.PUBLISHED.labels(self._service).inc(len(ids))

    async def _idle(self) -> None:
        """Until woken, but not longer than the poll: another process may have committed."""
        try:
            async with asyncio.timeout(self._pace.poll_seconds):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _pause(self, seconds: float) -> None:
        """Wait, but not longer than until stopped."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            pass


def _by_topic(
    rows: Sequence[tuple[int, asyncpg.Record]], known: Sequence[Epoch]
) -> dict[str, list[Envelope]]:
    """Rows of outbox or feed, with their numbers, as envelopes in their order by topic."""
    topics: dict[str, list[Envelope]] = {}
    for number, row in rows:
        _, id_, topic, key, type_, body, source, time, subject, traceparent, whose, *_ = row
        epoch = _epoch_of(number, known)
        topics.setdefault(topic, []).append(
            Envelope(
                id=id_,
                type=type_,
                source=source,
                time=time,
                subject=subject,
                key=key,
                institution=whose,
                body=body,
                traceparent=traceparent,
                sequence=number,
                epoch=epoch.name,
            )
        )
    return topics


def _epoch_of(number: int, known: Sequence[Epoch]) -> Epoch:
    return next(one for one in reversed(known) if one.began_after < number)

"""What a service knows by events alone, thrown away and learnt again from the producers' feeds.

Such a view is written by its learners and by nobody else, each of its rows by events of one producer and
one key, and nothing is said while it is learnt: so what comes out is what was there, byte for byte, but for
the columns that say when it was heard. Where it is not, the rows were altered by a hand or a fault.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import asyncpg

from shared.archive.moving import archived_until
from shared.contracts.envelope import Envelope
from shared.messaging import parking
from shared.messaging.feed import Published, read_feed
from shared.messaging.inbox import Handler, Routes, Unreadable, by_type, read_event, waves
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.hung import thinks_long

PAGE = 1000


class FeedBeginsLate(Exception):
    """What a producer said first is no longer in its feed: the archive or a backup has it."""


class StillOnItsWay(Exception):
    """Something was heard that its producer has not moved into its feed yet. Passes by itself."""


class LearnerSays(AssertionError):
    """A learner has said something; then what it writes is no view of what others say."""


@dataclass(frozen=True, kw_only=True)
class View:
    """Tables that hold what events have told, and who learns them."""

    tables: tuple[str, ...]
    learns: Routes
    local: Mapping[str, str] = field(default_factory=dict)
    """Columns that are this service's own, each with the reason why it is not learnt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What came of it."""

    events: int
    rows_before: int
    rows: int
    is_same: bool
    """Whether every learnt column of every row is what it was."""


Feeds = Callable[[], AbstractAsyncContextManager[Mapping[str, asyncpg.Connection]]]
"""Opens connections to the producers, by topic, looking as the house."""


async def rebuild(feeds: Feeds, listener: Database, view: View, *, keep: bool) -> Rebuilt:
    """Learn a view anew from the feeds.

    One transaction, in which no consumer applies anything; who reads sees the old until it ends. Only
    what the service has heard is learnt, and nothing that is parked. Without `keep` it is compared alone,
    and all stays as it was. Raises FeedBeginsLate, StillOnItsWay, LearnerSays.
    """
    outcome: Rebuilt | None = None
    try:
        async with listener.begin(EVERYWHERE) as conn:
            await thinks_long(conn)
            await parking.keep_consumers_out(conn)
            # Only now: what was applied up to here is told by the feeds, or on its way into them.
            async with feeds() as producers:
                outcome = await _rebuild(producers, conn, view)
            if not keep:
                raise _NotKept
    except _NotKept:
        pass
    assert outcome is not None
    return outcome


class _NotKept(Exception):
    """Takes everything back."""


async def _rebuild(
    producers: Mapping[str, asyncpg.Connection], conn: asyncpg.Connection, view: View
) -> Rebuilt:
    before = [await _summed_up(conn, table, view) for table in view.tables]
    for table in reversed(view.tables):
        await conn.execute(f"delete from {table}")
    said = await conn.fetchval("select count(*) from outbox")
    learnt: Counter[str] = Counter()
    for topic in sorted({event.topic for event in view.learns}):
        begins = await producers[topic].fetchval("select min(position) from event_feed")
        if begins not in (1, None) or await archived_until(producers[topic]):
            raise FeedBeginsLate(f"the feed of {topic} does not go back to its first event")
        async for piece in _heard(producers[topic], conn, topic, view):
            await _learn(conn, topic, piece, view.learns)
            learnt.update(event.type for event in piece)
    await _nothing_is_missing(conn, view, learnt)
    if await conn.fetchval("select count(*) from outbox") != said:
        raise LearnerSays(", ".join(view.tables))
    after = [await _summed_up(conn, table, view) for table in view.tables]
    return Rebuilt(
        events=learnt.total(),
        rows_before=sum(rows for rows, _ in before),
        rows=sum(rows for rows, _ in after),
        is_same=before == after,
    )


async def _nothing_is_missing(
    conn: asyncpg.Connection, view: View, learnt: Mapping[str, int]
) -> None:
    """As many events of each type were learnt as the service has counted, with what it applied."""
    rows = await conn.fetch(
        """
        select type, sum(count)::bigint - (
            select count(*) from parked p where p.type = h.type and p.topic = h.topic) - (
            select count(*) from parking_log l
            where l.type = h.type and l.topic = h.topic and l.outcome = 'discarded') as applied
        from heard_counts h where type = any($1::text[]) group by topic, type
        """,
        [event.type for event in view.learns],
    )
    short = {row["type"]: row["applied"] - learnt.get(row["type"], 0) for row in rows}
    if missing := [f"{number} {type_}" for type_, number in sorted(short.items()) if number > 0]:
        raise StillOnItsWay(f"heard and not in the feed: {', '.join(missing)}")


async def _heard(
    producer: asyncpg.Connection, conn: asyncpg.Connection, topic: str, view: View
) -> AsyncIterator[Sequence[Published]]:
    """What a producer has said of a view's types and this service has heard and applied, in pieces."""
    types = {event.type for event in view.learns if event.topic == topic}
    after = 0
    while page := await read_feed(producer, after=after, limit=PAGE):
        after = page[-1].position
        of_view = [event for event in page if event.type in types]
        rows = await conn.fetch(
            """
            select event_id from inbox i where event_id = any($1::uuid[])
            and not exists (select from parked p where p.event_id = i.event_id)
            and not exists (select from parking_log l
                            where l.event_id = i.event_id and l.outcome = 'discarded')
            """,
            [event.id for event in of_view],
        )
        applied = {row[0] for row in rows}
        if piece := [event for event in of_view if event.id in applied]:
            yield piece


async def _learn(
    conn: asyncpg.Connection, topic: str, piece: Sequence[Published], learns: Routes
) -> None:
    routes = by_type(learns)
    ready = []
    for event in piece:
        arrived = _envelope(event)
        said = read_event(topic, arrived, routes)
        if isinstance(said, Unreadable):
            raise said
        ready.append((arrived, said))
    for wave in waves(ready):
        learner: Handler = routes[wave[0].envelope.type][1]
        await learner(wave, conn=conn, now=wave[-1].envelope.time)


async def _summed_up(conn: asyncpg.Connection, table: str, view: View) -> tuple[int, int]:
    """How many rows a table has, and a number that is another one where any learnt column is."""
    names = await conn.fetch(
        "select attname from pg_attribute where attrelid = $1::regclass and attnum > 0"
        " and not attisdropped and attname <> all($2::text[]) order by attnum",
        table,
        list(view.local),
    )
    row = ", ".join(f'"{name}"' for (name,) in names)
    found = await conn.fetchrow(
        f"select count(*), coalesce(sum(hashtextextended(row({row})::text, 0)::numeric), 0)::text"
        f" from {table}"
    )
    return found[0], int(found[1])


def _envelope(event: Published) -> Envelope:
    return Envelope(
        id=event.id,
        type=event.type,
        source=event.source,
        time=event.time,
        subject=event.subject,
        key=event.key,
        institution=event.institution,
        body=event.body,
        traceparent=event.traceparent,
    )

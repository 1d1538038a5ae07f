"""Do the services agree on every event? Asked of their databases, where they lie side by side.

A listener knows each event that it heard by its id; so what a producer has told and a listener has
not heard is named one by one, and can be handed to it out of the producer's feed. What a listener
heard and no producer tells any more was said by a database that has gone back.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from shared.archive.feed import pages
from shared.archive.files import Shelf
from shared.archive.moving import archived_until
from shared.contracts.envelope import Envelope
from shared.messaging.consumer import Consumer
from shared.messaging.feed import Published, read_feed
from shared.messaging.heard import how_far, note_all
from shared.messaging.inbox import Routes
from shared.messaging.told import epochs, know_itself
from shared.postgres.database import EVERYWHERE, Database

PAGE = 1000


async def not_heard(
    producer: asyncpg.Connection,
    listener: asyncpg.Connection,
    *,
    types: Collection[str],
    archived: Iterable[Sequence[Published]] = (),
) -> AsyncIterator[Sequence[Published]]:
    """What a producer has told of these types and the listener has not heard, in order, in pieces: of its
    feed, and before it of what is `archived`.

    Both connections look as the house, in a transaction.
    """
    async for events in _told(producer, archived):
        of_interest = [event for event in events if event.type in types]
        known = await _known(listener, [event.id for event in of_interest])
        missing = [event for event in of_interest if event.id not in known]
        if missing:
            yield missing


async def _told(
    producer: asyncpg.Connection, archived: Iterable[Sequence[Published]]
) -> AsyncIterator[Sequence[Published]]:
    for piece in archived:
        yield piece
    after = 0
    while events := await read_feed(producer, after=after, limit=PAGE):
        after = events[-1].position
        yield events


async def told_by_nobody(
    producers: Sequence[asyncpg.Connection], listener: asyncpg.Connection
) -> list[UUID]:
    """The events that a listener has heard and that no producer has told, as far as they know. What a
    listener heard before a producer's oldest events left for the archive may be among those."""
    told: set[UUID] = set()
    since = max([await _left_at(producer) for producer in producers])
    for producer in producers:
        async for row in producer.cursor("select event_id from event_feed", prefetch=10_000):
            told.add(row[0])
        told.update(row[0] for row in await producer.fetch("select event_id from outbox"))
    return [
        row[0]
        async for row in listener.cursor(
            "select event_id from inbox where heard_at > $1", since, prefetch=10_000
        )
        if row[0] not in told
    ]


class InTheArchive(Exception):
    """A listener has not heard what has left its producer's feed."""

    def __init__(self, topic: str, first: int, last: int) -> None:
        super().__init__(f"events {first} to {last} of {topic} are in the archive alone")


async def missed_of_archive(
    producer: asyncpg.Connection, listener: asyncpg.Connection, topic: str
) -> tuple[int, int] | None:
    """From which number to which a listener has not heard what has left the feed; None for nothing."""
    gone = await archived_until(producer)
    heard = max([one.until for one in await how_far(listener) if one.topic == topic], default=0)
    return (heard + 1, gone) if heard < gone else None


async def _left_at(producer: asyncpg.Connection) -> datetime:
    found: datetime | None = await producer.fetchval(
        "select max(left_at) from archived where table_name = 'event_feed'"
    )
    return found or datetime(1970, 1, 1, tzinfo=UTC)


async def hear_again(
    producer: asyncpg.Connection,
    listener: Database,
    routes: Routes,
    *,
    service: str,
    topic: str,
    now: Callable[[], datetime],
    archive: Shelf | None = None,
) -> int:
    """Hand a listener what it has not heard of a producer, in the producer's order; how many events.
    Raises InTheArchive where it misses what has left the feed and no archive of it is given.

    Safe beside the running service: what both apply is in effect once. Afterwards no number that the feed
    has is missing, also of events that do not concern the listener.
    """
    numbering = await epochs(producer)
    async with listener.begin(EVERYWHERE) as conn:
        await know_itself(conn, now=now())
    consumer = Consumer(listener, routes, service=service, now=now)
    types = types_heard(routes).get(topic, frozenset())
    heard = 0
    first, last = await producer.fetchrow(
        "select coalesce(min(position), 0), coalesce(max(position), 0) from event_feed"
    )
    async with listener.looking(EVERYWHERE) as looking:
        archived: Iterable[Sequence[Published]] = ()
        if missed := await missed_of_archive(producer, looking, topic):
            if archive is None:
                raise InTheArchive(topic, *missed)
            archived = pages(archive, after=missed[0] - 1, until=missed[1])
            first, last = missed[0], max(last, missed[1])
        missing = [
            piece async for piece in not_heard(producer, looking, types=types, archived=archived)
        ]
    for piece in missing:
        batch = [
            _enveloped(
                event, next(e.name for e in reversed(numbering) if e.began_after < event.position)
            )
            for event in piece
        ]
        await consumer.receive(topic, batch)
        await consumer.note(topic, batch, {})
        heard += len(batch)
    if last:
        async with listener.begin(EVERYWHERE) as conn:
            await note_all(conn, topic, numbering[-1].name, first=first, last=last)
    return heard


def types_heard(routes: Routes) -> Mapping[str, frozenset[str]]:
    """Which types a service hears, by topic."""
    found: dict[str, set[str]] = {}
    for event in routes:
        found.setdefault(event.topic, set()).add(event.type)
    return {topic: frozenset(types) for topic, types in found.items()}


async def _known(listener: asyncpg.Connection, ids: Sequence[UUID]) -> set[UUID]:
    rows = await listener.fetch("select event_id from inbox where event_id = any($1::uuid[])", ids)
    return {row[0] for row in rows}


def _enveloped(event: Published, epoch: str) -> Envelope:
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
        sequence=event.position,
        epoch=epoch,
    )

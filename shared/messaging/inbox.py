"""From what arrived to a call of its handler: read, repeats dropped, put in order, handed over.

`shared.messaging.consumer` does this in a transaction, with patience and parking.
"""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import asyncpg
from opentelemetry.trace import SpanKind

from shared.contracts.envelope import Envelope, Event
from shared.messaging.event_ids import because_of
from shared.messaging.outbox import caused_by
from shared.messaging.times import what_cannot_be
from shared.messaging.wire import Arrived, Broken, source_of
from shared.observability.tracing import tracing, tracing_each


@dataclass(frozen=True, slots=True)
class Received:
    """An event that a handler is given, with the envelope it came in."""

    envelope: Envelope
    event: Any


class Handler(Protocol):
    """Applies events of one type. Their keys are distinct, in order of arrival."""

    def __call__(
        self, received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
    ) -> Awaitable[None]:
        """Load, decide, record, and append own events last. Opens no transaction."""


Routes = Mapping[type[Event], Handler]


class Unreadable(Exception):
    """The message is no event, or its body breaks the contract: trying again cannot help."""


async def hand_over(
    handler: Handler, wave: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Call a handler so that what it says continues the traces of what it received."""
    name = f"process {wave[0].envelope.type}"
    with because_of({one.envelope.key: one.envelope.id for one in wave}):
        if len(wave) == 1:
            with tracing(wave[0].envelope.traceparent, name=name, kind=SpanKind.CONSUMER):
                await handler(wave, conn=conn, now=now)
            return
        came = {one.envelope.key: one.envelope.traceparent for one in wave}
        with tracing_each(came, name=name, kind=SpanKind.CONSUMER) as traceparents:
            with caused_by(traceparents):
                await handler(wave, conn=conn, now=now)


def by_type(routes: Routes) -> dict[str, tuple[type[Event], Handler]]:
    """The routes by event type."""
    return {event.type: (event, handler) for event, handler in routes.items()}


def read_event(
    topic: str,
    arrived: Arrived,
    routes: Mapping[str, tuple[type[Event], Handler]],
    *,
    latest: datetime | None = None,
) -> Event | Unreadable:
    """The event that arrived on a topic, or what is wrong with it.

    Only a service writes its topic; so what comes on it must say that it is that service's, and of
    what its body speaks. Else somebody speaks in another's name, or its order would be lost. Its times
    must be such as can be, by the hearer's clock (`latest`) where that is given.
    """
    if isinstance(arrived, Broken):
        return Unreadable(arrived.fault)
    try:
        event: Event = routes[arrived.type][0].__pydantic_validator__.validate_json(arrived.body)
    except ValueError as error:
        return Unreadable(str(error))
    foreign = _what_does_not_belong(topic, arrived, event)
    if foreign is not None:
        return foreign
    impossible = what_cannot_be(arrived, event, latest=latest)
    return event if impossible is None else Unreadable(f"{event.type}: {impossible}")


def _what_does_not_belong(topic: str, arrived: Envelope, event: Event) -> Unreadable | None:
    """Topic, source and key against what type and body say."""
    if (event.topic, event.key) == (topic, arrived.key) and arrived.source == source_of(topic):
        return None
    for said, meant, is_it in (
        ("topic", event.topic, topic),
        ("ce_source", source_of(event.topic), arrived.source),
        ("key", event.key, arrived.key),
    ):
        if meant != is_it:
            return Unreadable(f"{event.type}: its {said} is {is_it!r}, and must be {meant!r}")
    return None


def concerns(arrived: Arrived, routes: Mapping[str, tuple[type[Event], Handler]]) -> bool:
    """Whether a service hears this. What does not even say its type concerns everybody."""
    return arrived.type in routes or (isinstance(arrived, Broken) and arrived.type == "?")


def waves(ready: Sequence[tuple[Envelope, Event]]) -> list[list[Received]]:
    """Events as calls of handlers: one type and distinct keys each, the order of a key kept.

    The n-th event of every key belongs to the n-th round, and a round has a call per type.
    """
    nth: dict[str, int] = {}
    calls: dict[tuple[int, str], list[Received]] = {}
    for envelope, event in ready:
        key = envelope.key
        number = nth.get(key, 0)
        nth[key] = number + 1
        calls.setdefault((number, envelope.type), []).append(Received(envelope, event))
    return [calls[place] for place in sorted(calls, key=lambda place: place[0])]


async def first_time(conn: asyncpg.Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Write inbox rows; the answer is the ids that had none."""
    rows = await conn.fetch(
        """
        insert into inbox (event_id) select unnest($1::uuid[])
        on conflict do nothing returning event_id
        """,
        ids,
    )
    return {row[0] for row in rows}

"""Say what happened, in the transaction in which it happens."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from types import MappingProxyType

import asyncpg
from opentelemetry.trace import SpanKind

from shared.contracts.audiences import parties_named
from shared.contracts.envelope import Event
from shared.messaging.event_ids import new_id
from shared.observability.tracing import new_span
from shared.roles import party_institution

LARGEST_BODY_BYTES = 900_000
"""Below the megabyte that a Kafka broker takes: refused where it is said, not when it is sent."""

_APPEND = """
insert into outbox (event_id, aggregatetype, aggregateid, type, payload, ce_source, ce_time,
                    ce_subject, traceparent, institution, parties)
select event_id, topic, key, type, body, '/zhidai/' || topic, $1, subject, traceparent, institution,
       string_to_array(parties, ',')
from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::text[],
            $9::text[], $10::text[])
     with ordinality
     as said (event_id, topic, key, type, body, subject, traceparent, institution, parties, number)
order by number
"""

_NO_CAUSES: Mapping[str, str] = MappingProxyType({})
_causes: ContextVar[Mapping[str, str]] = ContextVar("causes", default=_NO_CAUSES)


@contextmanager
def caused_by(traceparents: Mapping[str, str]) -> Iterator[None]:
    """While events of many traces are handled together: the trace to continue, by key."""
    token = _causes.set(traceparents)
    try:
        yield
    finally:
        _causes.reset(token)


async def append(conn: asyncpg.Connection, events: Sequence[Event], *, now: datetime) -> None:
    """Append events to the outbox, in the order given, as one statement.

    Call it last in the transaction, with the aggregates locked: the order of rows is the order
    of locks, so that nothing of one key is written out of turn. Each event begins a span, which
    whoever receives it continues. Raises ValueError for a body no broker would take.
    """
    if not events:
        return
    keys = [event.key for event in events]
    bodies = [event.__pydantic_serializer__.to_json(event) for event in events]
    for event, body in zip(events, bodies, strict=True):
        if len(body) > LARGEST_BODY_BYTES:
            raise ValueError(f"{event.type} has {len(body)} bytes; {LARGEST_BODY_BYTES} is most")
    causes = _causes.get()
    await conn.execute(
        _APPEND,
        now,
        [new_id(event) for event in events],
        [event.topic for event in events],
        keys,
        [event.type for event in events],
        bodies,
        [event.subject for event in events],
        [
            new_span(f"create {event.type}", parent=causes.get(key), kind=SpanKind.PRODUCER)
            for key, event in zip(keys, events, strict=True)
        ],
        [event.institution for event in events],
        [",".join(map(party_institution, parties_named(event))) for event in events],
    )

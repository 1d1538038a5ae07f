"""Events that failed, and everything of their key behind them: kept, seen, and replayed.

Consumers hold a shared advisory lock while they apply a batch, a replay the exclusive one, so
that no event overtakes a parked one of its key while that is being applied.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from shared.contracts.envelope import Envelope
from shared.messaging.wire import Arrived, headers_of, pack_headers, storable

PARKING_LOCK = 0x7A68_6964_6169_0001
"""Advisory lock of the parking in each service's database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPark:
    """A row for the parking."""

    arrived: Arrived
    topic: str
    reason: str
    error: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A parked event, as people see it."""

    position: int
    event_id: UUID
    topic: str
    key: str
    type: str
    reason: str
    error: str
    attempts: int
    parked_at: datetime
    last_tried_at: datetime | None
    headers: str
    body: bytes | None


async def keep_replays_out(conn: asyncpg.Connection) -> None:
    """Until the transaction ends no replay runs; any number of consumers may."""
    await conn.execute("select pg_advisory_xact_lock_shared($1)", PARKING_LOCK)


async def keep_consumers_out(conn: asyncpg.Connection) -> None:
    """Until the transaction ends no consumer and no other replay runs."""
    await conn.execute("select pg_advisory_xact_lock($1)", PARKING_LOCK)


async def parked_keys(conn: asyncpg.Connection, topic: str, keys: Sequence[str]) -> set[str]:
    """Which of the keys have something parked."""
    rows = await conn.fetch(
        "select distinct key from parked where topic = $1 and key = any($2::text[])", topic, keys
    )
    return {row[0] for row in rows}


def failed(topic: str, arrived: Arrived, error: Exception, *, attempts: int) -> ToPark:
    """The event that fails."""
    return ToPark(
        arrived=arrived,
        topic=topic,
        reason="failed",
        error=describe(error),
        attempts=attempts,
    )


def behind(topic: str, arrived: Arrived) -> ToPark:
    """An event that must wait because one of its key is parked."""
    return ToPark(arrived=arrived, topic=topic, reason="behind", error="", attempts=0)


def describe(error: Exception) -> str:
    """What a person reads in the list."""
    return storable(f"{type(error).__name__}: {error}")[:2000]


async def park(conn: asyncpg.Connection, events: Iterable[ToPark]) -> None:
    """Write parked rows, in order, as one statement."""
    rows = [
        (
            one.arrived.id,
            one.topic,
            one.arrived.key,
            storable(one.arrived.type),
            pack_headers(
                headers_of(one.arrived)
                if isinstance(one.arrived, Envelope)
                else one.arrived.headers
            ),
            one.arrived.body,
            one.reason,
            one.error,
            one.attempts,
        )
        for one in events
    ]
    if not rows:
        return
    await conn.execute(
        """
        insert into parked (event_id, topic, key, type, headers, body, reason, error, attempts,
                            last_tried_at)
        select event_id, topic, key, type, headers, body, reason, error, attempts,
               case when attempts > 0 then now() end
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[],
                    $7::text[], $8::text[], $9::int[])
             with ordinality
             as r (event_id, topic, key, type, headers, body, reason, error, attempts, number)
        order by number
        """,
        *(list(column) for column in zip(*rows, strict=True)),
    )


async def list_parked(
    conn: asyncpg.Connection,
    *,
    topic: str | None = None,
    key: str | None = None,
    only_failed: bool = False,
    after: int = 0,
    limit: int = 100,
) -> list[Parked]:
    """Parked events in order, those of one topic or key if named, from a position on."""
    rows = await conn.fetch(
        """
        select position, event_id, topic, key, type, reason, error, attempts, parked_at,
               last_tried_at, headers, body
        from parked
        where position > $1 and ($2::text is null or topic = $2) and ($3::text is null or key = $3)
          and (not $4 or reason = 'failed')
        order by position limit $5
        """,
        after,
        topic,
        key,
        only_failed,
        limit,
    )
    return [Parked(**dict(row)) for row in rows]

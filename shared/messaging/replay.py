"""Apply parked events after what was wrong has been mended, or give one up, by name."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from shared.contracts.envelope import Envelope
from shared.messaging import parking
from shared.messaging.inbox import Received, Routes, Unreadable, by_type, hand_over, read_event
from shared.messaging.parking import Parked
from shared.messaging.wire import read, unpack_headers
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.transient import is_transient

log = logging.getLogger(__name__)


class NothingParked(LookupError):
    """There is no such parked event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay did: how many were applied, and the events that still fail."""

    applied: int
    stuck: tuple[Parked, ...]


async def replay(
    database: Database,
    routes: Routes,
    *,
    by: str,
    now: Callable[[], datetime],
    topic: str | None = None,
    key: str | None = None,
    clock_is_true: bool = False,
) -> Replayed:
    """Apply what is parked, in order, of one key or of all; a key stops at its first failure.

    Each event has a transaction of its own: handler, removal and the line in the log that says
    who did it. A fault of the database itself is raised and leaves everything as it was.
    """
    async with database.begin(EVERYWHERE) as conn:
        waiting = await conn.fetch(
            """
            select topic, key from parked
            where ($1::text is null or topic = $1) and ($2::text is null or key = $2)
            group by topic, key order by min(position)
            """,
            topic,
            key,
        )
    applied = 0
    stuck: list[Parked] = []
    for of_topic, of_key in waiting:
        while True:
            outcome = await _replay_first(
                database, routes, of_topic, of_key, by=by, now=now, clock_is_true=clock_is_true
            )
            if outcome is None:
                break
            if isinstance(outcome, Parked):
                stuck.append(outcome)
                break
            applied += 1
    return Replayed(applied=applied, stuck=tuple(stuck))


class _StillFails(Exception):
    """Rolls the transaction back, so that the failure can be written in another one."""

    def __init__(self, parked: Parked, error: Exception) -> None:
        self.parked = parked
        self.error = error


async def _replay_first(
    database: Database,
    routes: Routes,
    topic: str,
    key: str,
    *,
    by: str,
    now: Callable[[], datetime],
    clock_is_true: bool,
) -> bool | Parked | None:
    """Apply the first parked event of a key: True, the one that fails, or None if none is left."""
    try:
        async with database.begin(EVERYWHERE) as conn:
            await parking.keep_consumers_out(conn)
            first = await parking.list_parked(conn, topic=topic, key=key, limit=1)
            if not first:
                return None
            (parked,) = first
            try:
                await _apply(conn, routes, parked, now=now(), clock_is_true=clock_is_true)
            except Exception as error:
                if is_transient(error) or conn.is_closed():
                    raise
                raise _StillFails(parked, error) from error
            await conn.execute("delete from parked where position = $1", parked.position)
            await _note(conn, parked, by=by, outcome="applied", note="")
            return True
    except _StillFails as still:
        why = parking.describe(still.error)
        async with database.begin(EVERYWHERE) as conn:
            await conn.execute(
                """
                update parked set reason = 'failed', error = $2, attempts = attempts + 1,
                                  last_tried_at = now()
                where position = $1
                """,
                still.parked.position,
                why,
            )
            await _note(conn, still.parked, by=by, outcome="failed", note=why)
            (seen,) = await parking.list_parked(
                conn, after=still.parked.position - 1, limit=1, topic=topic, key=key
            ) or [still.parked]
        return seen


async def _apply(
    conn: asyncpg.Connection,
    routes: Routes,
    parked: Parked,
    *,
    now: datetime,
    clock_is_true: bool,
) -> None:
    """Hand one parked event to its handler. An event no longer listened to is done with."""
    routed = by_type(routes)
    arrived = read(
        place=f"parked/{parked.position}",
        key=parked.key.encode(),
        headers=unpack_headers(parked.headers),
        body=parked.body,
    )
    if isinstance(arrived, Envelope) and arrived.type not in routed:
        return
    event = read_event(parked.topic, arrived, routed, latest=now if clock_is_true else None)
    if isinstance(event, Unreadable):
        raise event
    assert isinstance(arrived, Envelope)
    await hand_over(routed[arrived.type][1], [Received(arrived, event)], conn=conn, now=now)


async def discard(database: Database, position: int, *, by: str, why: str) -> Parked:
    """Give one parked event up; what is behind it may then be replayed. The log keeps its name.

    Raises NothingParked if there is none at that position, ValueError without a reason.
    """
    if not why.strip():
        raise ValueError("giving an event up needs a reason")
    async with database.begin(EVERYWHERE) as conn:
        await parking.keep_consumers_out(conn)
        found = await parking.list_parked(conn, after=position - 1, limit=1)
        if not found or found[0].position != position:
            raise NothingParked(f"nothing is parked at position {position}")
        await conn.execute("delete from parked where position = $1", position)
        await _note(conn, found[0], by=by, outcome="discarded", note=why)
        return found[0]


async def _note(
    conn: asyncpg.Connection, parked: Parked, *, by: str, outcome: str, note: str
) -> None:
    await conn.execute(
        """
        insert into parking_log (by, outcome, event_id, topic, key, type, note)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        by,
        outcome,
        parked.event_id,
        parked.topic,
        parked.key,
        parked.type,
        note,
    )

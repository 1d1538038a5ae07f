"""What a delivery worker asks: who waits, and where each receiver is to be reached."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.notifications.domain.deliveries import DeliveryState
from services.notifications.domain.hours import Hours, hours_of
from services.notifications.domain.receivers import ReceiverState
from shared.postgres.literals import literals

_WAITING = f"""
    select r.id, r.quiet_from, r.quiet_until, r.working_days_only from receivers r
    where r.channel = $1 and r.state = $2 and (r.not_before is null or r.not_before <= $3)
      and exists (
        select from deliveries d
        where d.receiver_id = r.id and d.state in ({literals([DeliveryState.PENDING])})
          and d.next_attempt_at <= $3)
"""

# Whoever is changing one lets go what its old hours held; hours are not asked while somebody does.
_HOURS = """
    select id, quiet_from, quiet_until, working_days_only from receivers
    where id = any ($1) order by id for no key update skip locked
"""

_CROWDED = f"""
    select d.receiver_id from deliveries d
    where d.receiver_id = any ($1) and d.state in ({literals([DeliveryState.PENDING])})
      and d.next_attempt_at <= $2
    group by d.receiver_id having count(*) > $3
"""

_ENDPOINTS = """
    select e.id, e.url, array_agg(s.encrypted order by s.created_at desc, s.id desc) as encrypted
    from endpoints e
    join endpoint_secrets s on s.endpoint_id = e.id and s.retired_at is null
        and s.waits_since is null
    where e.id = any ($1) group by e.id
"""

Target = Mapping[str, Any]
"""What a sender knows of a receiver: its row in the table of its channel."""

Targets = Callable[[asyncpg.Connection, Sequence[UUID]], Awaitable[Sequence[Target]]]
"""Loads what a sender has to know of these receivers; each has its `id`."""


async def waiting(conn: asyncpg.Connection, channel: str, *, now: datetime) -> dict[UUID, Hours]:
    """Receivers of a channel that something is due for, with their hours."""
    rows = await conn.fetch(_WAITING, channel, ReceiverState.ACTIVE, now)
    return {row["id"]: hours_of(row) for row in rows}


async def hours(conn: asyncpg.Connection, receivers: Sequence[UUID]) -> dict[UUID, Hours]:
    """The hours of those of these receivers that nobody is changing, until the transaction ends."""
    rows = await conn.fetch(_HOURS, receivers)
    return {row["id"]: hours_of(row) for row in rows}


async def crowded(
    conn: asyncpg.Connection, receivers: Sequence[UUID], *, beyond: int, now: datetime
) -> list[UUID]:
    """Those of these receivers that more than so many messages are due for."""
    rows = await conn.fetch(_CROWDED, receivers, now, beyond)
    return [row["receiver_id"] for row in rows]


def targets_in(table: str) -> Targets:
    """Targets that are the rows of one table, by their receivers' ids."""
    statement = f"select * from {table} where id = any ($1)"

    async def load(conn: asyncpg.Connection, receivers: Sequence[UUID]) -> Sequence[Target]:
        found: list[asyncpg.Record] = await conn.fetch(statement, receivers)
        return found

    return load


async def endpoints(conn: asyncpg.Connection, receivers: Sequence[UUID]) -> Sequence[Target]:
    """URLs with the secrets that sign, the newest first."""
    found: list[asyncpg.Record] = await conn.fetch(_ENDPOINTS, receivers)
    return found

"""What is old enough to be thrown away: log lines of attempts, then whole messages."""

from datetime import datetime
from uuid import UUID

import asyncpg

from services.notifications.domain.deliveries import DeliveryState
from shared.postgres.affected import affected
from shared.postgres.literals import literals

_STILL_WANTED = f"d.state in ({literals([DeliveryState.PENDING])})"

# Ids are in the order of time, so that the oldest are found by them, and no index more is kept.
_ATTEMPTS = f"""
    delete from attempts where id in (
        select a.id from attempts a join deliveries d on d.id = a.delivery_id
        where a.id < $1 and not {_STILL_WANTED}
        order by a.id limit $2
    )
"""

_MESSAGES = f"""
    with old as (
        select m.id from messages m
        where m.id < $1 and not exists (
            select from deliveries d where d.message_id = m.id and {_STILL_WANTED})
          and not exists (
            select from digest_entries e where e.message_id = m.id and e.digest_id is null)
        order by m.id limit $2 for update skip locked
    ),
    deliveries_of as (select d.id from deliveries d join old on old.id = d.message_id),
    no_attempts as (delete from attempts a using deliveries_of d where a.delivery_id = d.id),
    no_deliveries as (delete from deliveries d using deliveries_of o where d.id = o.id),
    no_marks as (delete from read_marks r using old where r.message_id = old.id)
    delete from messages m using old where m.id = old.id
"""


def first_id_of(moment: datetime) -> UUID:
    """The least id that could be made at a moment (RFC 9562, section 5.7: milliseconds first)."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


async def forget_attempts(conn: asyncpg.Connection, *, before: datetime, most: int) -> int:
    """Delete log lines of attempts made before a moment, but for what still waits; how many."""
    done = await conn.execute(_ATTEMPTS, first_id_of(before), most)
    return affected(done)


async def forget_messages(conn: asyncpg.Connection, *, before: datetime, most: int) -> int:
    """Delete messages made before a moment with all that was sent of them, but for what still waits
    to be sent; how many."""
    done = await conn.execute(_MESSAGES, first_id_of(before), most)
    return affected(done)

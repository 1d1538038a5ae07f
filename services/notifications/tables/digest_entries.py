"""What a receiver's next digest will tell; each message stands there once, and in one digest."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

_ADD = """
    insert into digest_entries (receiver_id, message_id, institution, entered_at)
    select receiver_id, message_id, institution, clock_timestamp()
    from unnest($1::uuid[], $2::uuid[], $3::text[]) as new (receiver_id, message_id, institution)
    on conflict do nothing
"""

_TAKE = """
    update digest_entries set digest_id = $2
    where receiver_id = $1 and message_id = any ($3) and digest_id is null
    returning message_id
"""


_HOLD_BACK = """
    delete from digest_entries e using messages m
    where m.id = e.message_id and e.digest_id is null
      and (m.event_id = any ($1) or $1 is null) and m.happened_at <= $2
"""


async def add(conn: asyncpg.Connection, wanted: Sequence[tuple[UUID, str, UUID]]) -> None:
    """Keep messages for receivers' next digests, as (message, institution, receiver)."""
    if wanted:
        messages, institutions, receivers = zip(*wanted, strict=True)
        await conn.execute(_ADD, receivers, messages, institutions)


async def hold_back(
    conn: asyncpg.Connection, events: Sequence[UUID] | None, *, until: datetime
) -> None:
    """No digest tells of these events (None: of any) that happened until then."""
    await conn.execute(_HOLD_BACK, events, until)


async def take(
    conn: asyncpg.Connection, receiver_id: UUID, digest_id: UUID, messages: Sequence[UUID]
) -> None:
    """These messages stand in this digest of a locked receiver."""
    taken = await conn.fetch(_TAKE, receiver_id, digest_id, messages)
    assert len(taken) == len(messages), "a message stands in one digest of a receiver"

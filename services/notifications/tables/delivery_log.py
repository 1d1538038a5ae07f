"""The delivery log as rows, and putting a message on its way again."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from shared.refusals import NotFound, Refused

MOST_ATTEMPTS = 200

_PAGE = """
    select m.* from messages m
    where m.position < $1
      and ($2::text = '' or exists (
            select from deliveries d where d.message_id = m.id and d.state = $2))
      and ($3::text = '' or m.event_type = $3)
      and ($4::text = '' or m.pool_code = $4)
      and ($5::uuid is null or m.loan_id = $5)
      and ($6::uuid is null or exists (
            select from deliveries d where d.message_id = m.id and d.receiver_id = $6))
    order by m.position desc
    limit $7
"""

_DELIVERIES = """
    select message_id, id, channel, receiver_id, state, attempts, last_error, finished_at,
           case when state = 'pending' then next_attempt_at end as next_attempt_at
    from deliveries where message_id = any ($1) order by id
"""

_ATTEMPTS = """
    select a.delivery_id, d.channel, d.receiver_id, a.number, a.began_at, a.duration_ms, a.status,
           a.error, a.answer
    from deliveries d join attempts a on a.delivery_id = d.id
    where d.message_id = $1 order by a.began_at desc, a.number desc limit $2
"""

_AGAIN = """
    update deliveries d
    set state = 'pending', tries = 0, next_attempt_at = clock_timestamp(), finished_at = null
    where d.message_id = $1 and d.state in ('failed', 'cancelled')
      and (exists (select from endpoints e
                   where e.id = d.receiver_id and e.state in ('active', 'paused'))
           or exists (select from subscriptions s
                      where s.id = d.receiver_id and s.deleted_at is null))
    returning d.id
"""

_TO_ONE = """
    insert into deliveries (id, message_id, institution, channel, receiver_id, state,
                            next_attempt_at, created_at)
    values ($1, $2, $3, 'webhook', $4, 'pending', clock_timestamp(), clock_timestamp())
    on conflict (message_id, receiver_id) do update
        set state = 'pending', tries = 0, next_attempt_at = clock_timestamp(), finished_at = null
        where deliveries.state <> 'pending'
    returning id
"""


class NothingToResend(Refused):
    """It is on its way already, or nobody is left who did not get it."""

    code = "nothing-to-resend"


async def page(
    conn: asyncpg.Connection,
    *,
    before: int,
    state: str,
    event_type: str,
    pool_code: str,
    loan_id: UUID | None,
    receiver_id: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Messages before a position, the newest first; an empty filter lets everything through."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _PAGE, before, state, event_type, pool_code, loan_id, receiver_id, limit
    )
    return rows


async def message(
    conn: asyncpg.Connection, message_id: UUID, *, institution: str = ""
) -> asyncpg.Record | None:
    """A message that may be seen; with an institution, only one of its own."""
    return await conn.fetchrow(
        "select * from messages where id = $1 and ($2 = '' or institution = $2)",
        message_id,
        institution,
    )


async def deliveries_of(
    conn: asyncpg.Connection, messages: Sequence[UUID]
) -> dict[UUID, list[asyncpg.Record]]:
    """The deliveries of some messages, by message."""
    found: dict[UUID, list[asyncpg.Record]] = {}
    for row in await conn.fetch(_DELIVERIES, messages):
        found.setdefault(row["message_id"], []).append(row)
    return found


async def attempts_of(conn: asyncpg.Connection, message_id: UUID) -> list[asyncpg.Record]:
    """The attempts at delivering a message, the newest first."""
    rows: list[asyncpg.Record] = await conn.fetch(_ATTEMPTS, message_id, MOST_ATTEMPTS)
    return rows


async def send_again(
    conn: asyncpg.Connection, *, message_id: UUID, institution: str, endpoint_id: UUID | None
) -> None:
    """Make a message due again. Raises NothingToResend, NotFound for a foreign endpoint."""
    if endpoint_id is None:
        done = await conn.fetch(_AGAIN, message_id)
    else:
        own = await conn.fetchval(
            "select exists (select from endpoints where id = $1 and institution = $2 "
            "and state in ('active', 'paused'))",
            endpoint_id,
            institution,
        )
        if not own:
            raise NotFound("没有找到该回调地址，或已停用", "There is no such endpoint in use.")
        done = await conn.fetch(_TO_ONE, uuid7(), message_id, institution, endpoint_id)
    if not done:
        raise NothingToResend(
            "没有需要重发的投递：正在投递或均已送达",
            "Nothing to send again: it is on its way, or everyone has got it.",
        )

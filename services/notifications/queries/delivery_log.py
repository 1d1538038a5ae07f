"""The delivery log: what was sent, to whom, how it went."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from services.notifications.domain.deliveries import DeliveryState
from services.notifications.tables import names_by_code
from shared.postgres.database import seeing_everything
from shared.postgres.grids import Grid, Sortable
from shared.postgres.literals import literals

MOST_ATTEMPTS = 200
_WAITS: Final = literals([DeliveryState.PENDING])

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
    select d.message_id, d.id, r.channel, d.receiver_id, d.state, d.attempts, d.last_error,
           d.finished_at, case when d.state = $2 then d.next_attempt_at end as next_attempt_at,
           d.state = $2 and d.held_until is not distinct from d.next_attempt_at as held
    from deliveries d join receivers r on r.id = d.receiver_id
    where d.message_id = any ($1) order by d.id
"""

_ATTEMPTS = """
    select a.delivery_id, r.channel, d.receiver_id, a.number, a.began_at, a.duration_ms, a.status,
           a.error, a.answer
    from deliveries d
    join attempts a on a.delivery_id = d.id
    join receivers r on r.id = d.receiver_id
    where d.message_id = $1 order by a.began_at desc, a.number desc limit $2
"""


DELIVERIES: Final = Grid(
    rows=f"""(
        select d.id, d.message_id, r.channel, d.receiver_id, d.state, d.attempts, d.last_error,
               d.created_at, d.finished_at, m.event_type, m.institution, m.subject, m.pool_code,
               m.title_zh, m.title_en, coalesce(e.url, b.address, s.address, '') as address,
               case when d.state = {_WAITS} then d.next_attempt_at end as next_attempt_at,
               d.state = {_WAITS} and d.held_until is not distinct from d.next_attempt_at as held
        from deliveries d
        join messages m on m.id = d.message_id
        join receivers r on r.id = d.receiver_id
        left join endpoints e on e.id = r.id
        left join robots b on b.id = r.id
        left join subscriptions s on s.id = r.id
    ) as delivery""",
    key=(Sortable("id", UUID),),
    # Ids are given in the order of time.
    sorts={"created_at": Sortable("id", UUID)},
)


async def pool_names(conn: asyncpg.Connection) -> dict[str, str]:
    """What pools are called: names are no secret from who is told of a pool."""
    async with seeing_everything(conn):
        return await names_by_code.known(conn)


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
    for row in await conn.fetch(_DELIVERIES, messages, DeliveryState.PENDING):
        found.setdefault(row["message_id"], []).append(row)
    return found


async def attempts_of(conn: asyncpg.Connection, message_id: UUID) -> list[asyncpg.Record]:
    """The attempts at delivering a message, the newest first."""
    rows: list[asyncpg.Record] = await conn.fetch(_ATTEMPTS, message_id, MOST_ATTEMPTS)
    return rows

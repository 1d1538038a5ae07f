"""Messages as rows: written once per event and institution, in an order readers can follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.templates.words import Words

_LOCK = "select pg_advisory_xact_lock(hashtext('notifications messages'))"

_TELL = """
    insert into messages (id, event_id, event_type, institution, roles, in_inbox, acts, pool_code,
                          bank_code, loan_id, subject, happened_at, created_at, title_zh, text_zh,
                          title_en, text_en, link, payload)
    select id, event_id, event_type, institution, roles, in_inbox, acts, pool_code, bank_code,
           loan_id, subject, happened_at, $2, title_zh, text_zh, title_en, text_en, link,
           convert_to(payload, 'UTF8')
    from rows from (jsonb_to_recordset($1) as (
            id uuid, event_id uuid, event_type text, institution text, roles text[],
            in_inbox boolean, acts boolean, pool_code text, bank_code text, loan_id uuid,
            subject text, happened_at timestamptz, title_zh text, text_zh text, title_en text,
            text_en text, link text, payload text)) with ordinality
         as draft (id, event_id, event_type, institution, roles, in_inbox, acts, pool_code,
                   bank_code, loan_id, subject, happened_at, title_zh, text_zh, title_en, text_en,
                   link, payload, number)
    order by number
    on conflict (event_id, institution) do nothing
    returning id
"""

_MACHINES = """
    select distinct e.institution, received.event_type
    from endpoints e
    join unnest($1::text[]) as received (event_type)
      on e.event_types = '{}' or received.event_type = any (e.event_types)
    where e.state in ('active', 'paused')
"""

_RECEIVERS = """
    select m.id as message_id, m.institution, 'webhook' as channel, e.id as receiver_id
    from messages m join endpoints e on e.institution = m.institution
    where m.id = any ($1) and $2 and e.state in ('active', 'paused')
      and (e.event_types = '{}' or m.event_type = any (e.event_types))
    union all
    select m.id, m.institution, 'email', s.id
    from messages m join subscriptions s on s.institution = m.institution
    where m.id = any ($1) and m.in_inbox and s.deleted_at is null and s.roles && m.roles
      and (s.event_types = '{}' or m.event_type = any (s.event_types))
"""

_DELIVER = """
    insert into deliveries (id, message_id, institution, channel, receiver_id, state,
                            next_attempt_at, created_at)
    select id, message_id, institution, channel, receiver_id, 'pending',
           clock_timestamp(), clock_timestamp()
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[])
         as new (id, message_id, institution, channel, receiver_id)
    on conflict (message_id, receiver_id) do nothing
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it is kept."""

    event_id: UUID
    event_type: str
    institution: str
    roles: tuple[str, ...]
    in_inbox: bool
    acts: bool
    pool_code: str
    bank_code: str
    loan_id: UUID | None
    subject: str
    happened_at: datetime
    words: Words
    link: str
    payload: str


async def lock(conn: asyncpg.Connection) -> None:
    """Be alone in writing messages until the transaction ends.

    So their positions become visible in order, and a stream that resumes after n misses nothing.
    """
    await conn.execute(_LOCK)


async def tell(
    conn: asyncpg.Connection, drafts: Sequence[Draft], *, now: datetime, machines: bool = True
) -> None:
    """Keep messages in the order given, and a delivery for every receiver who asked for one.

    `machines=False` leaves the webhooks out.
    A second message of the same event to the same institution is not kept. Deliveries are due by
    the real clock, whatever a sandbox's says: networks know no other.
    """
    if not drafts:
        return
    rows = await conn.fetch(_TELL, [_row(draft) for draft in drafts], now)
    if not rows:
        return
    wanted = await conn.fetch(_RECEIVERS, [row["id"] for row in rows], machines)
    if wanted:
        await conn.execute(
            _DELIVER,
            [uuid7() for _ in wanted],
            [row["message_id"] for row in wanted],
            [row["institution"] for row in wanted],
            [row["channel"] for row in wanted],
            [row["receiver_id"] for row in wanted],
        )


def _row(draft: Draft) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "event_id": str(draft.event_id),
        "event_type": draft.event_type,
        "institution": draft.institution,
        "roles": draft.roles,
        "in_inbox": draft.in_inbox,
        "acts": draft.acts,
        "pool_code": draft.pool_code,
        "bank_code": draft.bank_code,
        "loan_id": str(draft.loan_id) if draft.loan_id else None,
        "subject": draft.subject,
        "happened_at": draft.happened_at,
        "title_zh": draft.words.title_zh,
        "text_zh": draft.words.text_zh,
        "title_en": draft.words.title_en,
        "text_en": draft.words.text_en,
        "link": draft.link,
        "payload": draft.payload,
    }


async def machines_that_ask(
    conn: asyncpg.Connection, event_types: Sequence[str]
) -> set[tuple[str, str]]:
    """Which institutions have an endpoint for which of these types, as (institution, type)."""
    rows = await conn.fetch(_MACHINES, event_types) if event_types else ()
    return {(row["institution"], row["event_type"]) for row in rows}


async def remember_banks(conn: asyncpg.Connection, pairs: Sequence[tuple[str, str]]) -> None:
    """Note which banks work with which pools, as (pool code, bank code)."""
    if pairs:
        await conn.execute(
            "insert into pool_banks select * from unnest($1::text[], $2::text[]) "
            "on conflict do nothing",
            [pool for pool, _ in pairs],
            [bank for _, bank in pairs],
        )


async def banks_of(conn: asyncpg.Connection, pools: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The banks that have had a case in each of these pools."""
    rows = await conn.fetch(
        "select pool_code, array_agg(bank_code order by bank_code) as banks from pool_banks "
        "where pool_code = any ($1) group by pool_code",
        pools,
    )
    return {row["pool_code"]: tuple(row["banks"]) for row in rows}

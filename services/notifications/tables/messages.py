"""Messages as rows: written once per event and institution, in an order readers can follow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.digests import Digest
from services.notifications.domain.messages import Draft
from services.notifications.domain.month_packs import POSTED
from services.notifications.domain.receivers import TOLD
from services.notifications.tables import deliveries, digest_entries
from shared.clock import business_date

_LOCK = "select pg_advisory_xact_lock(hashtext('notifications messages'))"

_TELL = """
    insert into messages (id, event_id, event_type, institution, roles, people, in_inbox,
                          pool_code, bank_code, loan_id, amount_fen, subject, happened_at, created_at,
                          title_zh, text_zh, title_en, text_en, link, payload, template_id,
                          template_edition, urgent)
    select id, event_id, event_type, institution, roles, people, in_inbox, pool_code,
           bank_code, loan_id, amount_fen, subject, happened_at, $2, title_zh, text_zh, title_en,
           text_en, link, convert_to(payload, 'UTF8'), template_id, template_edition,
           urgent
    from rows from (jsonb_to_recordset($1) as (
            id uuid, event_id uuid, event_type text, institution text, roles text[],
            people text[], in_inbox boolean, pool_code text, bank_code text, loan_id uuid,
            amount_fen bigint, subject text, happened_at timestamptz, title_zh text, text_zh text, title_en text,
            text_en text, link text, payload text, template_id uuid, template_edition integer,
            urgent boolean))
         with ordinality
         as draft (id, event_id, event_type, institution, roles, people, in_inbox,
                   pool_code, bank_code, loan_id, amount_fen, subject, happened_at, title_zh, text_zh,
                   title_en, text_en, link, payload, template_id, template_edition,
                   urgent, number)
    order by number
    on conflict (event_id, institution) do nothing
    returning id
"""

_WANTED = """
    -- Message by message, whatever the planner knows of the tables: all of what was ever told would be
    -- read for each receiver otherwise, until statistics are gathered.
    with told as materialized (
        select id, institution, position, urgent, event_type, pool_code, amount_fen, in_inbox, roles,
               people
        from messages where id = any ($1))
    -- Whoever has a month's pack reads in it that the month is posted.
    select m.id as message_id, m.institution, r.id as receiver_id,
           r.digest <> $5 and not m.urgent as gathered
    from told m cross join lateral (
        select * from receivers of where of.institution = m.institution offset 0) r
    where r.state = any ($2) and r.confirmed_at is not null
      and not (r.month_pack and m.event_type = $6)
      and (r.event_types = '{}' or m.event_type = any (r.event_types))
      and (r.pools = '{}' or m.pool_code = '' or m.pool_code = any (r.pools))
      and (r.seen_pools is null or m.pool_code = '' or m.pool_code = any (r.seen_pools))
      and (r.institution <> '*' or r.is_group or m.pool_code = '' or coalesce((
              select d.pools && array['*', m.pool_code] from pool_duties d
              where d.person = r.created_by and d.from_day <= $4
              order by d.from_day desc, d.number desc limit 1), true))
      and (r.least_amount_fen is null or m.amount_fen is null
           or m.amount_fen >= r.least_amount_fen)
      and case when r.for_people
          then m.in_inbox and (r.roles && m.roles or not r.is_group and (
              r.created_by = any (m.people) or exists (
                  select from stand_ins s
                  where s.delegate = r.created_by and s.person = any (m.people)
                    and $4 between s.from_day and s.to_day)))
          else $3 end
    order by m.position
"""


async def lock(conn: asyncpg.Connection) -> None:
    """Be alone in writing messages until the transaction ends.

    So their positions become visible in order, and a stream that resumes after n misses nothing.
    """
    await conn.execute(_LOCK)


async def tell(
    conn: asyncpg.Connection, drafts: Sequence[Draft], *, now: datetime, machines: bool = True
) -> None:
    """Keep messages in the order given, and a delivery for every receiver who asked for one, or a
    place in its next digest.

    `machines=False` leaves out the receivers that are no people's.
    A second message of the same event to the same institution is not kept.
    """
    if not drafts:
        return
    rows = await conn.fetch(_TELL, [_row(draft) for draft in drafts], now)
    if not rows:
        return
    ids = [row["id"] for row in rows]
    wanted = await conn.fetch(
        _WANTED, ids, sorted(TOLD), machines, business_date(now), Digest.EACH, POSTED
    )
    for add, gathered in ((deliveries.add, False), (digest_entries.add, True)):
        await add(
            conn,
            [
                (row["message_id"], row["institution"], row["receiver_id"])
                for row in wanted
                if row["gathered"] is gathered
            ],
        )


async def keep(conn: asyncpg.Connection, message_id: UUID, draft: Draft, *, now: datetime) -> None:
    """Keep one message under an id of the caller's; whom it goes to is the caller's to say."""
    await conn.execute(_TELL, [{**_row(draft), "id": str(message_id)}], now)


def _row(draft: Draft) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "event_id": str(draft.event_id),
        "event_type": draft.event_type,
        "institution": draft.institution,
        "roles": draft.roles,
        "people": draft.people,
        "in_inbox": draft.in_inbox,
        "pool_code": draft.pool_code,
        "bank_code": draft.bank_code,
        "loan_id": str(draft.loan_id) if draft.loan_id else None,
        "amount_fen": draft.amount_fen,
        "subject": draft.subject,
        "happened_at": draft.happened_at,
        "title_zh": draft.text.title_zh,
        "text_zh": draft.text.text_zh,
        "title_en": draft.text.title_en,
        "text_en": draft.text.text_en,
        "link": draft.link,
        "payload": draft.payload,
        "urgent": draft.urgent,
        "template_id": str(draft.template_id) if draft.template_id else None,
        "template_edition": draft.template_edition,
    }

"""What a digest is made of: who is due one, what they were told, what waits for them.

A receiver is due one when something new was told to it, and in the first one of a week also when
nothing was, if something waits for it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.notifications.domain.audiences import BUREAU
from services.notifications.domain.digests import Digest, Entry, Waiting
from services.notifications.domain.receivers import ReceiverState

_DUE = """
    select r.id from receivers r
    join unnest($2::text[], $3::timestamptz[]) as due (digest, before) on due.digest = r.digest
    where r.state = $1 and r.confirmed_at is not null and (
        exists (
            select from digest_entries e
            where e.receiver_id = r.id and e.digest_id is null and e.entered_at < due.before)
        or r.digest <> $4 and coalesce(r.digested_until, r.created_at) < $5)
    order by r.id
"""

# Whoever else has it in hand is making its digest.
_LOCK = """
    select * from receivers where id = $1 and state = $2 for no key update skip locked
"""

_ENTRIES = """
    select m.id as message_id, m.event_type, m.pool_code, m.subject, m.happened_at, m.title_zh,
           m.title_en, m.text_zh, m.text_en, m.link
    from digest_entries e join messages m on m.id = e.message_id
    where e.receiver_id = $1 and e.digest_id is null and e.entered_at < $2
    order by m.position
"""

# Two at once, and a clock that goes back, take nothing back.
_NOTE_TOLD = """
    update receivers set digested_until = greatest(digested_until, $2) where id = $1
"""

# As in the lists of what is to do: of a bank its own, of the bureau what is nobody else's by name;
# what somebody who is away has in hand is with who stands in for them.
_WAITING = """
    select d.*, coalesce(away.person_name, '') as stands_for
    from open_deadlines d
    left join lateral (
        select s.person_name from stand_ins s
        where s.delegate = $4 and s.delegate <> '' and s.person = d.person
          and $7 between s.from_day and s.to_day
        limit 1
    ) as away on true
    where d.roles && $1 and case when $2 = $3 then true else d.bank_code = $2 end
      and (d.person = '' or d.person = $4 or away.person_name is not null)
      and ($5::text[] = '{}' or d.pool_code = '' or d.pool_code = any ($5))
      and ($6::text[] is null or d.pool_code = '' or d.pool_code = any ($6))
    order by d.due_on, d.number
"""


async def due(conn: asyncpg.Connection, until: Mapping[Digest, datetime]) -> list[UUID]:
    """Receivers whose next digest is due, by the moment until which each kind tells."""
    rows = await conn.fetch(
        _DUE, ReceiverState.ACTIVE, list(until), list(until.values()), Digest.EACH, until[Digest.WEEKLY],
    )  # fmt: skip
    return [row["id"] for row in rows]


async def lock(conn: asyncpg.Connection, receiver_id: UUID) -> asyncpg.Record | None:
    """A receiver that digests are made for, until the transaction ends; None while another has it."""
    return await conn.fetchrow(_LOCK, receiver_id, ReceiverState.ACTIVE)


async def note_told(conn: asyncpg.Connection, receiver_id: UUID, *, until: datetime) -> None:
    """A locked receiver has been told, or had nothing to be told, until a moment."""
    await conn.execute(_NOTE_TOLD, receiver_id, until)


async def entries(conn: asyncpg.Connection, receiver_id: UUID, *, before: datetime) -> list[Entry]:
    """What stands in no digest of a receiver yet and was told before a moment, in its order."""
    return [
        Entry(
            message_id=row["message_id"],
            event_type=row["event_type"],
            pool_code=row["pool_code"],
            subject=row["subject"],
            happened_at=row["happened_at"],
            title={"zh": row["title_zh"], "en": row["title_en"]},
            text={"zh": row["text_zh"], "en": row["text_en"]},
            link=row["link"],
        )
        for row in await conn.fetch(_ENTRIES, receiver_id, before)
    ]


async def waiting(
    conn: asyncpg.Connection, receiver: Mapping[str, object], *, today: date
) -> list[Waiting]:
    """What waits for the people of a receiver until a day, the nearest first."""
    rows = await conn.fetch(
        _WAITING,
        receiver["roles"],
        receiver["institution"],
        BUREAU,
        "" if receiver["is_group"] else receiver["created_by"],
        receiver["pools"],
        receiver["seen_pools"],
        today,
    )
    return [
        Waiting(
            pool_code=row["pool_code"],
            number=row["number"],
            due_on=row["due_on"],
            noun={"zh": row["noun_zh"], "en": row["noun_en"]},
            what={"zh": row["what_zh"], "en": row["what_en"]},
            page=row["page"],
            stands_for=row["stands_for"],
        )
        for row in rows
    ]

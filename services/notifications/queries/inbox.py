"""The inbox: what a person is told, what of it they have read."""

from uuid import UUID

import asyncpg

from shared.auth.identity import Identity

MOST_COUNTED = 1000
"""Beyond so many unread messages nobody needs the exact number."""

# A message is a person's when it is their institution's and concerns one of their roles. The
# institution is named beside row-level security, because the bureau's people would see the
# banks' inboxes otherwise.
_MINE = "m.institution = $1 and m.in_inbox and m.roles && $2::text[]"

_UNREAD = """
    not exists (select from read_marks r where r.message_id = m.id and r.subject = $3)
    and m.position > coalesce((select position from read_up_to
                               where institution = $1 and subject = $3), 0)
"""

_PAGE = f"""
    select m.id, m.position, m.event_type, m.acts, m.pool_code, m.bank_code, m.loan_id, m.subject,
           m.happened_at, m.created_at, m.title_zh, m.text_zh, m.title_en, m.text_en, m.link,
           not ({_UNREAD}) as is_read
    from messages m
    where {_MINE} and m.position < $4
      and (not $5 or ({_UNREAD}))
      and ($6::text = '' or m.event_type = $6)
      and ($7::text = '' or m.pool_code = $7)
      and ($8::uuid is null or m.loan_id = $8)
      and (not $9 or m.acts)
    order by m.position desc
    limit $10
"""

_AFTER = f"""
    select m.id, m.position, m.event_type, m.acts, m.pool_code, m.bank_code, m.loan_id, m.subject,
           m.happened_at, m.created_at, m.title_zh, m.text_zh, m.title_en, m.text_en, m.link,
           not ({_UNREAD}) as is_read
    from messages m
    where {_MINE} and m.position > $4
    order by m.position
    limit $5
"""

_COUNT = f"""
    select count(*) from (
        select from messages m where {_MINE} and {_UNREAD} limit $4) as unread
"""


async def page(
    conn: asyncpg.Connection,
    reader: Identity,
    *,
    before: int,
    unread: bool,
    event_type: str,
    pool_code: str,
    loan_id: UUID | None,
    acts: bool,
    limit: int,
) -> list[asyncpg.Record]:
    """A person's messages before a position, the newest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _PAGE,
        *_who(reader),
        before,
        unread,
        event_type,
        pool_code,
        loan_id,
        acts,
        limit,
    )
    return rows


async def after(
    conn: asyncpg.Connection, reader: Identity, *, position: int, limit: int
) -> list[asyncpg.Record]:
    """A person's messages after a position, the oldest first."""
    rows: list[asyncpg.Record] = await conn.fetch(_AFTER, *_who(reader), position, limit)
    return rows


async def count_unread(conn: asyncpg.Connection, reader: Identity) -> int:
    """How many messages a person has not read, MOST_COUNTED at most."""
    count: int = await conn.fetchval(_COUNT, *_who(reader), MOST_COUNTED)
    return count


async def newest_position(conn: asyncpg.Connection) -> int:
    """Where the newest message stands that may be seen; 0 before the first."""
    position: int = await conn.fetchval("select coalesce(max(position), 0) from messages")
    return position


async def is_ones_own(conn: asyncpg.Connection, reader: Identity, message_id: UUID) -> bool:
    """Whether a person has this message."""
    mine: bool = await conn.fetchval(
        f"select exists (select from messages m where {_MINE} and m.id = $3)",
        reader.institution,
        sorted(reader.roles),
        message_id,
    )
    return mine


def _who(reader: Identity) -> tuple[str, list[str], str]:
    """The first three parameters of a statement about a person's messages."""
    return reader.institution, sorted(reader.roles), reader.subject

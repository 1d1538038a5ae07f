"""Texts for notices as they are read: those in force, one with its history, all of them."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.notifications.domain.audiences import BUREAU
from services.notifications.domain.templates import HOLDS
from services.notifications.domain.wording import Reader
from shared.postgres.literals import literals

_HOLDING = f"""
    select * from templates
    where state in ({literals(HOLDS)}) and event_type = any ($1)
"""

# What a bank's people are told in: its own words, and the bureau's where they reach it.
_REACHING = f"""
    select t.* from templates as t
    where t.state in ({literals(HOLDS)}) and t.event_type = any ($1)
      and ($2::text is null or t.institution = $2 or t.institution = '{BUREAU}' and t.reader = $3
           and (t.programme = '' or exists (
                    select from pool_banks as b join pool_programmes as p using (pool_code)
                    where b.bank_code = $2 and p.programme = t.programme))
           and (t.pool_code = '' or exists (
                    select from pool_banks as b
                    where b.bank_code = $2 and b.pool_code = t.pool_code)))
    order by t.event_type, t.reader, t.scope, t.programme, t.pool_code
"""

_PAGE = """
    select * from templates
    where ($1::uuid is null or id < $1)
      and ($2::text = '' or event_type = $2)
      and ($3::text = '' or state = $3)
      and ($4::text = '' or scope = $4)
      and ($5::text = '' or reader = $5)
      and ($6::text is null or institution = $6)
    order by id desc
    limit $7
"""


async def holding(conn: asyncpg.Connection, event_types: Sequence[str]) -> list[asyncpg.Record]:
    """The texts in force for these types that may be seen."""
    rows: list[asyncpg.Record] = await conn.fetch(_HOLDING, event_types)
    return rows


async def reaching(
    conn: asyncpg.Connection, event_types: Sequence[str], *, bank: str | None
) -> list[asyncpg.Record]:
    """The texts in force that a bank's people are told in, everybody's for None. For the eyes of
    the house: the bureau's rows are among them."""
    rows: list[asyncpg.Record] = await conn.fetch(_REACHING, event_types, bank, Reader.BANK)
    return rows


async def programmes_of(conn: asyncpg.Connection) -> dict[str, str]:
    """The programme of every pool that may be seen."""
    rows = await conn.fetch("select pool_code, programme from pool_programmes order by 1")
    return {row["pool_code"]: row["programme"] for row in rows}


async def page(
    conn: asyncpg.Connection,
    *,
    before: UUID | None,
    event_type: str,
    state: str,
    scope: str,
    reader: str,
    bank: str | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Texts of a bank, of everyone for None, the newest first; an empty filter lets all through."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _PAGE, before, event_type, state, scope, reader, bank, limit
    )
    return rows


async def one(
    conn: asyncpg.Connection, template_id: UUID, *, bank: str | None
) -> asyncpg.Record | None:
    """A text of a bank, of anyone for None."""
    return await conn.fetchrow(
        "select * from templates where id = $1 and ($2::text is null or institution = $2)",
        template_id,
        bank,
    )


async def told_case(
    conn: asyncpg.Connection, *, event_type: str, institution: str, message_id: UUID | None
) -> asyncpg.Record | None:
    """A message of the institution's own of a type: the one named, else the newest."""
    return await conn.fetchrow(
        """select id, bank_code, link, payload from messages
           where institution = $1 and event_type = $2 and ($3::uuid is null or id = $3)
           order by position desc limit 1""",
        institution,
        event_type,
        message_id,
    )


async def waiting(conn: asyncpg.Connection, *, institution: str, state: str) -> dict[str, int]:
    """How many texts of an institution stand in a state, by type."""
    rows = await conn.fetch(
        """select event_type, count(*) as texts from templates
           where institution = $1 and state = $2 group by 1""",
        institution,
        state,
    )
    return {row["event_type"]: row["texts"] for row in rows}

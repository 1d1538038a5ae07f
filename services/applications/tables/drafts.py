"""Drafts of applications: kept, saved again, thrown away, and what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from shared.auth.identity import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a clerk saves."""

    title: str
    programme: str
    said: Mapping[str, Any]
    """The fields that are there, as `POST /applications` takes them."""
    amends: UUID | None = None
    """The case that it is to amend or mend."""


async def add_draft(
    conn: asyncpg.Connection, written: Written, *, by: Identity, now: datetime,
    revision: int | None = None,
) -> asyncpg.Record | None:  # fmt: skip
    """A new draft of the clerk's bank, of what a case is to say after this `revision` where it amends
    one. None where the case has a draft already."""
    return await conn.fetchrow(
        """insert into application_drafts (id, bank_code, title, programme, said, version,
                                           created_at, saved_at, saved_by, saved_name, amends,
                                           amends_revision)
           values ($1, $2, $3, $4, $5, 1, $6, $6, $7, $8, $9, $10)
           on conflict (amends) where application_id is null do nothing returning *""",
        uuid7(), by.institution, written.title, written.programme, dict(written.said), now,
        by.subject, by.name, written.amends, revision,
    )  # fmt: skip


async def open_draft_of(conn: asyncpg.Connection, case_id: UUID, *, bank_code: str) -> UUID | None:
    """The draft of what a case of the bank is to say next."""
    found: UUID | None = await conn.fetchval(
        "select id from application_drafts"
        " where amends = $1 and bank_code = $2 and application_id is null",
        case_id,
        bank_code,
    )
    return found


async def locked_draft(
    conn: asyncpg.Connection, draft_id: UUID, *, bank_code: str
) -> asyncpg.Record | None:
    """A bank's draft, locked; None where there is none."""
    return await conn.fetchrow(
        "select * from application_drafts where id = $1 and bank_code = $2 for update",
        draft_id,
        bank_code,
    )


async def save_draft(
    conn: asyncpg.Connection, draft_id: UUID, written: Written, *, by: Identity, now: datetime
) -> asyncpg.Record:
    """A locked draft as it is saved now; nothing of it is left that is not said again."""
    return await conn.fetchrow(
        """update application_drafts
           set title = $3, programme = $4, said = $5, version = version + 1, saved_at = $6,
               saved_by = $7, saved_name = $8
           where id = $1 and bank_code = $2 returning *""",
        draft_id, by.institution, written.title, written.programme, dict(written.said), now,
        by.subject, by.name,
    )  # fmt: skip


async def became(
    conn: asyncpg.Connection, draft_id: UUID, case_id: UUID, *, by: Identity, now: datetime
) -> None:
    """A locked draft was filed as this case."""
    await conn.execute(
        """update application_drafts
           set application_id = $3, version = version + 1, saved_at = $4, saved_by = $5,
               saved_name = $6
           where id = $1 and bank_code = $2""",
        draft_id, by.institution, case_id, now, by.subject, by.name,
    )  # fmt: skip


async def remove_draft(conn: asyncpg.Connection, draft_id: UUID, *, bank_code: str) -> None:
    """Throw a locked draft away."""
    await conn.execute(
        "delete from application_drafts where id = $1 and bank_code = $2", draft_id, bank_code
    )


async def banks_with_drafts(conn: asyncpg.Connection) -> list[str]:
    """Banks that may have drafts; each one's are seen with its own eyes alone."""
    return [row["code"] for row in await conn.fetch("select code from banks order by code")]


async def prune_drafts(conn: asyncpg.Connection, *, bank_code: str, saved_before: datetime) -> int:
    """Throw a bank's drafts away that nobody has touched since; how many there were."""
    done = await conn.execute(
        "delete from application_drafts where bank_code = $1 and saved_at < $2",
        bank_code,
        saved_before,
    )
    return int(done.rpartition(" ")[2])


async def programmes_of_pools(conn: asyncpg.Connection, pool_code: str | None) -> set[str]:
    """The programme of a pool, or those of all where none is named."""
    rows = await conn.fetch(
        "select programme from pools where $1::text is null or code = $1", pool_code
    )
    return {row["programme"] for row in rows}

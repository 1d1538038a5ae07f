"""Stored papers: how they are kept, found for a reference, withdrawn, looked at and noted on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from shared.auth.identity import Identity

ONE_LOOK: Final = timedelta(minutes=10)
"""Looks of one person at one page, or of one file in parts, within this time are one look."""


async def find_stored(
    conn: asyncpg.Connection, *, bank_code: str, sha256: bytes
) -> asyncpg.Record | None:
    """The paper of an institution with this content, if it is there."""
    return await conn.fetchrow(
        "select * from stored_documents"
        " where bank_code = $1 and sha256 = $2 and withdrawn_at is null",
        bank_code,
        sha256,
    )


_ADD: Final = """
insert into stored_documents
    (id, bank_code, sha256, size, media_type, filename, sent_by, sent_name, sent_at, scanned_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (bank_code, sha256) where withdrawn_at is null do nothing
returning *
"""


async def add_stored(
    conn: asyncpg.Connection, document_id: UUID, *, sha256: bytes, size: int, media_type: str,
    filename: str, by: Identity, now: datetime, scanned: bool,
) -> asyncpg.Record | None:  # fmt: skip
    """Keep what a file is. None where its sender's institution has it already."""
    return await conn.fetchrow(
        _ADD,
        document_id, by.institution, sha256, size, media_type, filename, by.subject, by.name, now,
        now if scanned else None,
    )  # fmt: skip


async def papers_to_refer_to(
    conn: asyncpg.Connection, *, bank_code: str, ids: Sequence[UUID], hashes: Sequence[bytes]
) -> list[asyncpg.Record]:
    """An institution's papers among these, held so that none is withdrawn before the commit."""
    return list(
        await conn.fetch(
            "select id, sha256, filename, media_type, size from stored_documents"
            " where bank_code = $1 and withdrawn_at is null"
            " and (id = any($2::uuid[]) or sha256 = any($3::bytea[]))"
            " order by id for key share",
            bank_code,
            ids,
            hashes,
        )
    )


async def use(
    conn: asyncpg.Connection, ids: Sequence[UUID], *, bank_code: str, place: str, now: datetime
) -> None:
    """Something beside a case's own papers refers to these from now on."""
    await conn.execute(
        "insert into document_uses (document_id, bank_code, place, used_at)"
        " select distinct unnest($1::uuid[]), $2, $3, $4::timestamptz on conflict do nothing",
        ids,
        bank_code,
        place,
        now,
    )


async def locked_stored(conn: asyncpg.Connection, document_id: UUID) -> asyncpg.Record | None:
    """A paper that is there, locked; a case that refers to it waits."""
    return await conn.fetchrow(
        "select * from stored_documents where id = $1 and withdrawn_at is null for update",
        document_id,
    )


async def is_used(conn: asyncpg.Connection, document_id: UUID) -> bool:
    """Whether anything refers to a locked paper."""
    found: bool = await conn.fetchval(
        "select exists (select from documents where document_id = $1)"
        " or exists (select from document_uses where document_id = $1)",
        document_id,
    )
    return found


async def withdraw(conn: asyncpg.Connection, document_id: UUID, *, now: datetime) -> None:
    """The paper is no longer there; its content is removed afterwards."""
    await conn.execute(
        "update stored_documents set withdrawn_at = $2 where id = $1", document_id, now
    )


_STANDS_AGAIN: Final = """
update stored_documents
set withdrawn_at = case when stands.id = $1 then null else withdrawn_at end
from (
    select same.id from stored_documents as meant
    join stored_documents as same using (bank_code, sha256)
    where meant.id = $1 and same.removed_at is null
    order by same.withdrawn_at is not null, same.id <> $1 limit 1
) as stands
where stored_documents.id = stands.id
returning stored_documents.id
"""


async def stands_again(conn: asyncpg.Connection, document_id: UUID) -> list[UUID]:
    """The stored paper with the content of one that is referred to: itself, also where it was
    withdrawn meanwhile, or the one that its institution has sent anew since. None only for what
    was never stored here."""
    await conn.fetch("select from stored_documents where id = $1 for update", document_id)
    return [row["id"] for row in await conn.fetch(_STANDS_AGAIN, document_id)]


async def let_go(conn: asyncpg.Connection, ids: Sequence[UUID], *, now: datetime) -> None:
    """The pool does not refer to these withdrawn papers."""
    await conn.execute(
        "update stored_documents set let_go_at = $2"
        " where id = any($1::uuid[]) and withdrawn_at is not null",
        ids,
        now,
    )


async def to_remove(conn: asyncpg.Connection, *, limit: int) -> list[asyncpg.Record]:
    """Withdrawn papers that the pool has let go of, and whose content still lies in the store."""
    return list(
        await conn.fetch(
            "select id, sha256 from stored_documents where withdrawn_at is not null"
            " and let_go_at is not null and removed_at is null order by id limit $1",
            limit,
        )
    )


async def removed(conn: asyncpg.Connection, document_id: UUID, *, now: datetime) -> None:
    """The content is gone."""
    await conn.execute(
        "update stored_documents set removed_at = $2 where id = $1", document_id, now
    )


_LOOK: Final = """
insert into document_looks (id, document_id, bank_code, subject, name, how, page, at)
select $1, $2, $3, $4, $5, $6, $7, $8
where not exists (
    select from document_looks
    where document_id = $2 and subject = $4 and bank_code = $3 and how = $6
      and page is not distinct from $7 and at > $9
)
"""


async def looked_at(
    conn: asyncpg.Connection, document_id: UUID, *, by: Identity, how: str, page: int | None,
    now: datetime,
) -> None:  # fmt: skip
    """Somebody looks at a paper."""
    await conn.execute(
        _LOOK, uuid7(), document_id, by.institution, by.subject, by.name, how, page, now,
        now - ONE_LOOK,
    )  # fmt: skip


async def add_note(
    conn: asyncpg.Connection, document_id: UUID, *, by: Identity, page: int, text: str,
    now: datetime,
) -> asyncpg.Record:  # fmt: skip
    """Keep a note on a page."""
    row: Any = await conn.fetchrow(
        "insert into document_notes (id, document_id, bank_code, page, text, subject, name, at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8) returning *",
        uuid7(), document_id, by.institution, page, text, by.subject, by.name, now,
    )  # fmt: skip
    assert row is not None
    return row

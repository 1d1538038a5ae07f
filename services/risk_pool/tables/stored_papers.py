"""Stored papers, as far as they were heard of: kept, withdrawn, referred to.

A paper is either referred to or withdrawn, whichever comes first: both lock its row.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

Paper = tuple[UUID, str, bytes, int, str, str]
"""Id, institution, hash, size, media type, name."""

_KEEP: Final = """
insert into stored_papers (id, bank_code, sha256, size, media_type, filename, heard_at)
select new.*, $7 from unnest($1::uuid[], $2::text[], $3::bytea[], $4::bigint[], $5::text[],
                             $6::text[]) as new
on conflict (id) do nothing
"""

_WITHDRAW: Final = """
insert into stored_papers as kept
    (id, bank_code, sha256, size, media_type, filename, heard_at, withdrawn_at)
select new.*, $7, $7 from unnest($1::uuid[], $2::text[], $3::bytea[], $4::bigint[], $5::text[],
                                 $6::text[]) as new
order by 1
on conflict (id) do update set withdrawn_at = excluded.withdrawn_at
    where kept.referred_at is null and kept.withdrawn_at is null
returning id
"""


async def keep(conn: asyncpg.Connection, papers: Sequence[Paper], *, now: datetime) -> None:
    """These are stored. What has been withdrawn before it was heard to be stored stays so."""
    await conn.execute(_KEEP, *zip(*papers, strict=True), now)


async def withdraw(
    conn: asyncpg.Connection, papers: Sequence[Paper], *, now: datetime
) -> set[UUID]:
    """These are withdrawn, where no case refers to them. Returns which are, from now on."""
    rows = await conn.fetch(_WITHDRAW, *zip(*papers, strict=True), now)
    return {row["id"] for row in rows}


_REFER: Final = """
update stored_papers set referred_at = $4
where id = any (array(
    select id from stored_papers
    where bank_code = $1 and (id = any($2::uuid[]) or sha256 = any($3::bytea[]))
      and withdrawn_at is null and referred_at is null
    order by id for update))
returning id
"""


async def hold(
    conn: asyncpg.Connection, *, bank_code: str, ids: Sequence[UUID], hashes: Sequence[bytes]
) -> None:
    """Nobody withdraws an institution's papers among these until the transaction ends, or refers to
    them for the first time."""
    await conn.execute(
        """select from stored_papers
           where bank_code = $1 and (id = any($2::uuid[]) or sha256 = any($3::bytea[]))
             and withdrawn_at is null and referred_at is null
           order by id for update""",
        bank_code,
        ids,
        hashes,
    )


async def refer(
    conn: asyncpg.Connection, *, bank_code: str, ids: Sequence[UUID], hashes: Sequence[bytes],
    now: datetime,
) -> list[UUID]:  # fmt: skip
    """An institution's papers among these stay from now on. Returns those that nothing referred to
    before."""
    return [row["id"] for row in await conn.fetch(_REFER, bank_code, ids, hashes, now)]


async def papers_among(
    conn: asyncpg.Connection, *, bank_code: str, ids: Sequence[UUID], hashes: Sequence[bytes],
    referred: bool,
) -> list[asyncpg.Record]:  # fmt: skip
    """An institution's papers among these; with `referred` only those that stay."""
    return list(
        await conn.fetch(
            "select id, sha256, filename, media_type from stored_papers"
            " where bank_code = $1 and (id = any($2::uuid[]) or sha256 = any($3::bytea[]))"
            " and withdrawn_at is null and (referred_at is not null or not $4::boolean)"
            " order by id",
            bank_code,
            ids,
            hashes,
            referred,
        )
    )


_ADD: Final = """
insert into case_papers (case_id, number, bank_code, kind, document_id, sha256, filename, added_by,
                         added_name, added_at)
select $1, coalesce((select max(number) from case_papers where case_id = $1), 0) + new.place, $2,
       new.kind, new.document_id, stored.sha256, stored.filename, $5, $6, $7
from unnest($3::text[], $4::uuid[]) with ordinality as new (kind, document_id, place)
join stored_papers as stored on stored.id = new.document_id
"""


async def add_to_case(
    conn: asyncpg.Connection, case_id: UUID, papers: Sequence[dict[str, Any]], *, bank_code: str,
    by: Any, now: datetime,
) -> None:  # fmt: skip
    """A case that is locked, or new, has these papers, too."""
    kinds, ids = [one["kind"] for one in papers], [UUID(one["document"]) for one in papers]
    await conn.execute(_ADD, case_id, bank_code, kinds, ids, by.subject, by.name, now)


async def of_cases(
    conn: asyncpg.Connection, ids: Sequence[UUID]
) -> dict[UUID, list[dict[str, Any]]]:
    """The papers of each case in the order in which they came, as every case shows its own."""
    rows = await conn.fetch(
        "select case_id, kind, document_id::text as document, encode(sha256, 'hex') as sha256,"
        " filename from case_papers where case_id = any($1::uuid[]) order by case_id, number",
        ids,
    )
    found: dict[UUID, list[dict[str, Any]]] = {one: [] for one in ids}
    for case_id, *paper in rows:
        found[case_id].append(
            dict(zip(("kind", "document", "sha256", "filename"), paper, strict=True))
        )
    return found


async def of_case(conn: asyncpg.Connection, case_id: UUID) -> list[dict[str, Any]]:
    """The papers of one case."""
    return (await of_cases(conn, [case_id]))[case_id]

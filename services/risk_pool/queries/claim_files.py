"""Files of many claims to read, and what a row of one is looked at by."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from shared.refusals import NotFound
from shared.sheets.verdicts import Outcome


async def one(conn: asyncpg.Connection, file_id: UUID, *, bank_code: str) -> asyncpg.Record:
    """A file of a bank's own. Raises NotFound."""
    row = await conn.fetchrow(
        "select * from claim_files where id = $1 and bank_code = $2", file_id, bank_code
    )
    if row is None:
        raise NotFound("没有这个文件", "There is no such file.")
    return row


async def page(
    conn: asyncpg.Connection, *, bank_code: str, before: UUID | None, limit: int
) -> Sequence[asyncpg.Record]:
    """A bank's files, the last one first."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        "select * from claim_files where bank_code = $1 and ($2::uuid is null or id < $2)"
        " order by id desc limit $3",
        bank_code,
        before,
        limit,
    )
    return rows


async def rows_of(
    conn: asyncpg.Connection, file_id: UUID, *, bank_code: str, outcome: Outcome | None,
    after: int, limit: int,
) -> Sequence[asyncpg.Record]:  # fmt: skip
    """Rows of a file with what became of them, in order, behind a line."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        """select line, outcome, reference, subject_id, number, faults, cells from claim_file_rows
           where file_id = $1 and bank_code = $2 and outcome is not null
             and ($3::text is null or outcome = $3) and line > $4::bigint
           order by line limit $5""",
        file_id,
        bank_code,
        outcome.value if outcome else None,
        after,
        limit,
    )
    return rows


async def taken_before(
    conn: asyncpg.Connection, contents: Sequence[bytes], *, bank_code: str
) -> dict[bytes, list[asyncpg.Record]]:
    """Content → the claims (id, number, state) that were made of rows that said exactly this,
    whichever file they came in."""
    rows = await conn.fetch(
        """select r.content, c.id, c.number, c.state
           from claim_file_rows as r join claims as c on c.id = r.subject_id
           where r.bank_code = $1 and c.bank_code = $1 and r.content = any($2::bytea[])""",
        bank_code,
        contents,
    )
    found: dict[bytes, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row["content"], []).append(row)
    return found


async def loans_among(
    conn: asyncpg.Connection, numbers: Sequence[str], ids: Sequence[UUID], *, bank_code: str
) -> list[asyncpg.Record]:
    """A bank's covered loans that have these numbers or ids."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select * from coverages where bank_code = $1"
        " and (number = any($2::text[]) or loan_id = any($3::uuid[]))",
        bank_code,
        numbers,
        ids,
    )
    return rows


async def numbers_of(conn: asyncpg.Connection, claim_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The number of each claim; "" of a draft."""
    rows = await conn.fetch("select id, number from claims where id = any($1::uuid[])", claim_ids)
    return {row["id"]: row["number"] or "" for row in rows}

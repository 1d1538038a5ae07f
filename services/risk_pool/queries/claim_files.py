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
    conn: asyncpg.Connection, content: bytes, *, bank_code: str
) -> Sequence[asyncpg.Record]:
    """The claims that were made of rows that said exactly this, whichever file they came in."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        """select claims.id, claims.number, claims.state from claims
           where claims.bank_code = $1 and claims.id in (
               select subject_id from claim_file_rows where bank_code = $1 and content = $2
                   and subject_id is not null)""",
        bank_code,
        content,
    )
    return rows


async def loan_numbered(conn: asyncpg.Connection, number: str, *, bank_code: str) -> UUID | None:
    """The covered loan of a bank that has this number; None for none."""
    found: UUID | None = await conn.fetchval(
        "select loan_id from coverages where number = $1 and bank_code = $2", number, bank_code
    )
    return found


async def number_of(conn: asyncpg.Connection, loan_id: UUID, *, bank_code: str) -> str | None:
    """The number of a bank's covered loan; None for none."""
    found: str | None = await conn.fetchval(
        "select number from coverages where loan_id = $1 and bank_code = $2", loan_id, bank_code
    )
    return found


async def numbered(conn: asyncpg.Connection, claim_id: UUID) -> str:
    """The number of a claim; "" of a draft."""
    return await conn.fetchval("select number from claims where id = $1", claim_id) or ""

"""Files of many rows: how they are kept, worked on by one at a time, and what became of their rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.bulk import TakenRow
from services.applications.tables.bulk_rows import BulkFileRow
from shared.auth.identity import Identity
from shared.sheets.verdicts import Outcome, RowVerdict

_ADD: Final = """
insert into bulk_files (id, bank_code, kind, form, only_check, given, filename, sha256, size,
                        sent_by, sent_name, sent_at, rows_expected)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
returning *
"""


async def add(
    conn: asyncpg.Connection, file_id: UUID, *, kind: str, form: str, only_check: bool,
    given: Mapping[str, str], filename: str, sha256: bytes, size: int, by: Identity,
    now: datetime, rows_expected: int | None,
) -> BulkFileRow:  # fmt: skip
    """Keep that a file has come; it is worked on from now on."""
    row = await conn.fetchrow(
        _ADD, file_id, by.institution, kind, form, only_check, dict(given), filename, sha256, size,
        by.subject, by.name, now, rows_expected,
    )  # fmt: skip
    assert row is not None
    return BulkFileRow(**dict(row))


async def to_work_on(conn: asyncpg.Connection) -> list[asyncpg.Record]:
    """Ids and banks of the files that are not finished; the one that has waited longest first."""
    return list(
        await conn.fetch(
            "select id, bank_code from bulk_files where finished_at is null"
            " order by coalesce(worked_at, sent_at) limit 20"
        )
    )


async def taken_up(conn: asyncpg.Connection, file_id: UUID) -> BulkFileRow | None:
    """An unfinished file, locked; None where it is finished, or another process has it."""
    row = await conn.fetchrow(
        "select * from bulk_files where id = $1 and finished_at is null for update skip locked",
        file_id,
    )
    return None if row is None else BulkFileRow(**dict(row))


_ROWS: Final = """
insert into bulk_rows (file_id, line, bank_code, outcome, reference, subject_id, number, faults,
                       cells)
select $1, line, $2, outcome, reference, subject_id, number, faults -> 'value', cells -> 'value'
from unnest($3::int[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::jsonb[], $9::jsonb[])
    as row (line, outcome, reference, subject_id, number, faults, cells)
"""
_PROGRESS: Final = """
update bulk_files
set rows_read = rows_read + $2, rows_taken = rows_taken + $3, rows_known = rows_known + $4,
    rows_fine = rows_fine + $5, rows_wrong = rows_wrong + $6, headings = $7, worked_at = $8,
    finished_at = $9
where id = $1
returning *
"""


_FORGET: Final = "delete from bulk_would_take where file_id = $1"


async def went_on(
    conn: asyncpg.Connection, file: BulkFileRow, verdicts: Sequence[RowVerdict], *,
    headings: Sequence[str], is_end: bool, now: datetime,
) -> BulkFileRow:  # fmt: skip
    """Keep what became of the next rows of a locked file, and that it was gone on with."""
    if verdicts:
        await conn.execute(
            _ROWS,
            file.id,
            file.bank_code,
            [one.line for one in verdicts],
            [one.outcome.value for one in verdicts],
            [one.reference for one in verdicts],
            [one.subject_id for one in verdicts],
            [one.number for one in verdicts],
            [{"value": [asdict(fault) for fault in one.faults]} for one in verdicts],
            [None if one.cells is None else {"value": list(one.cells)} for one in verdicts],
        )
    count = Counter(one.outcome for one in verdicts)
    row = await conn.fetchrow(
        _PROGRESS, file.id, len(verdicts), count[Outcome.TAKEN], count[Outcome.KNOWN],
        count[Outcome.FINE], count[Outcome.WRONG], list(headings), now, now if is_end else None,
    )  # fmt: skip
    assert row is not None
    if is_end:
        await conn.execute(_FORGET, file.id)
    return BulkFileRow(**dict(row))


async def gave_up(
    conn: asyncpg.Connection, file_id: UUID, refusal: Mapping[str, str], *, now: datetime
) -> None:
    """The rest of a file cannot be read; what was taken of it stays."""
    await conn.execute(
        "update bulk_files set finished_at = $2, worked_at = $2, refusal = $3"
        " where id = $1 and finished_at is null",
        file_id,
        now,
        dict(refusal),
    )
    await conn.execute(_FORGET, file_id)


async def taken_before(
    conn: asyncpg.Connection, *, bank_code: str, kind: str, keys: Sequence[str]
) -> dict[str, TakenRow]:
    """Which of these rows were taken before, by their keys."""
    rows = await conn.fetch(
        "select key, content, subject_id, number from bulk_taken where bank_code = $1 and kind = $2 and key = any($3::text[])",
        bank_code,
        kind,
        keys,
    )
    return {row["key"]: TakenRow(*row) for row in rows}


_TAKEN: Final = """
insert into bulk_taken (bank_code, kind, key, content, subject_id, number, taken_at)
select $1, $2, key, content, subject_id, number, $3
from unnest($4::text[], $5::bytea[], $6::uuid[], $7::text[])
    as row (key, content, subject_id, number)
order by key
on conflict do nothing
returning key
"""


async def take(
    conn: asyncpg.Connection, *, bank_code: str, kind: str, now: datetime,
    rows: Sequence[TakenRow],
) -> bool:  # fmt: skip
    """Keep that these rows are taken. False where another file has taken one of them meanwhile:
    then the transaction is to be given up."""
    kept = await conn.fetch(
        _TAKEN, bank_code, kind, now, [one.key for one in rows], [one.content for one in rows],
        [one.subject_id for one in rows], [one.number for one in rows],
    )  # fmt: skip
    return len(kept) == len(rows)


async def said_already(
    conn: asyncpg.Connection, file_id: UUID, references: Sequence[str]
) -> dict[str, int]:
    """Which of these an earlier row of the same file is about, with its line."""
    rows: list[Any] = await conn.fetch(
        "select reference, min(line) as line from bulk_rows"
        " where file_id = $1 and reference = any($2::text[]) and reference <> '' group by 1",
        file_id,
        references,
    )
    return {row["reference"]: row["line"] for row in rows}

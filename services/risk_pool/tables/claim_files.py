"""Files of many claims: how they are kept, worked on by one at a time, and what became of their rows.

A row's content is kept with it when the file comes: there is no file to open again, and a row that
has an outcome is never looked at twice.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from shared.auth.identity import Identity
from shared.refusals import FieldFault
from shared.sheets.file_rows import RowRead
from shared.sheets.verdicts import Outcome, RowVerdict

_AT_ONCE: Final = 1000
"""Rows per statement."""
_ADD: Final = """
insert into claim_files (id, bank_code, purpose, form, filename, sha256, size, sent_by, sent_name,
                         sent_at, headings, rows_expected, finished_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
returning *
"""
_ADD_ROWS: Final = """
insert into claim_file_rows (file_id, line, bank_code, said, unread, places, content, cells)
select $1, line, $2, said, unread -> 'value', places -> 'value', content, cells -> 'value'
from unnest($3::int[], $4::jsonb[], $5::jsonb[], $6::jsonb[], $7::bytea[], $8::jsonb[])
    as row (line, said, unread, places, content, cells)
"""


async def add(
    conn: asyncpg.Connection, file_id: UUID, rows: Sequence[RowRead], *, purpose: str, form: str,
    filename: str, sha256: bytes, size: int, headings: Sequence[str], by: Identity, now: datetime,
) -> asyncpg.Record:  # fmt: skip
    """Keep a file that has come with its rows; it is worked on from now on."""
    file = await conn.fetchrow(
        _ADD, file_id, by.institution, purpose, form, filename, sha256, size, by.subject, by.name,
        now, list(headings), len(rows), None if rows else now,
    )  # fmt: skip
    assert file is not None
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        await conn.execute(
            _ADD_ROWS,
            file_id,
            by.institution,
            [one.line for one in some],
            [dict(one.said) for one in some],
            [{"value": [_fault(fault) for fault in one.faults]} for one in some],
            [{"value": [[place, word] for place, word in one.headings.items()]} for one in some],
            [content_of(one) for one in some],
            [{"value": list(one.cells)} for one in some],
        )
    return file


def content_of(row: RowRead) -> bytes:
    """By what a row is known again: a hash of all it says."""
    return hashlib.sha256(orjson.dumps(row.said, option=orjson.OPT_SORT_KEYS)).digest()


def _fault(fault: FieldFault) -> dict[str, Any]:
    return {"place": list(fault.place), "code": fault.code, "zh": fault.zh, "en": fault.en}


def row_read(row: asyncpg.Record) -> RowRead:
    """A kept row as it was read."""
    return RowRead(
        line=row["line"],
        said=row["said"],
        faults=tuple(
            FieldFault(tuple(one["place"]), one["code"], one["zh"], one["en"])
            for one in row["unread"]
        ),
        headings={tuple(place): word for place, word in row["places"]},
        cells=row["cells"],
    )


async def to_work_on(conn: asyncpg.Connection) -> list[asyncpg.Record]:
    """Ids and banks of the files that are not finished; the one that has waited longest first."""
    return list(
        await conn.fetch(
            "select id, bank_code from claim_files where finished_at is null"
            " order by coalesce(worked_at, sent_at) limit 20"
        )
    )


async def next_rows(
    conn: asyncpg.Connection, file_id: UUID, *, bank_code: str, limit: int
) -> list[asyncpg.Record]:
    """The first rows of a file that nobody has looked at; none behind the last one."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select * from claim_file_rows where file_id = $1 and bank_code = $2 and outcome is null"
        " order by line limit $3",
        file_id,
        bank_code,
        limit,
    )
    return rows


async def taken_up(
    conn: asyncpg.Connection, file_id: UUID, *, bank_code: str
) -> asyncpg.Record | None:
    """An unfinished file, locked; None where it is finished, or another process has it."""
    return await conn.fetchrow(
        "select * from claim_files where id = $1 and bank_code = $2 and finished_at is null"
        " for update skip locked",
        file_id,
        bank_code,
    )


_JUDGED: Final = """
update claim_file_rows as kept
set outcome = row.outcome, reference = row.reference, subject_id = row.subject_id,
    number = row.number, faults = row.faults -> 'value'
from unnest($2::int[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::jsonb[])
    as row (line, outcome, reference, subject_id, number, faults)
where kept.file_id = $1 and kept.line = row.line
"""
_WENT_ON: Final = """
update claim_files
set rows_read = rows_read + $2, rows_taken = rows_taken + $3, rows_known = rows_known + $4,
    rows_fine = rows_fine + $5, rows_wrong = rows_wrong + $6, worked_at = $7::timestamptz,
    finished_at = case when rows_read + $2 = rows_expected then $7::timestamptz end
where id = $1
"""


async def went_on(
    conn: asyncpg.Connection, file_id: UUID, verdicts: Sequence[RowVerdict], *, now: datetime
) -> None:
    """Keep what became of the next rows of a locked file; behind the last one the file is
    finished."""
    await conn.execute(
        _JUDGED, file_id, [one.line for one in verdicts], [one.outcome.value for one in verdicts],
        [one.reference for one in verdicts], [one.subject_id for one in verdicts],
        [one.number for one in verdicts],
        [{"value": [asdict(fault) for fault in one.faults]} for one in verdicts],
    )  # fmt: skip
    count = Counter(one.outcome for one in verdicts)
    await conn.execute(
        _WENT_ON, file_id, len(verdicts), count[Outcome.TAKEN], count[Outcome.KNOWN],
        count[Outcome.FINE], count[Outcome.WRONG], now,
    )  # fmt: skip


async def gave_up(
    conn: asyncpg.Connection, file_id: UUID, *, bank_code: str, refusal: dict[str, str],
    now: datetime,
) -> None:  # fmt: skip
    """The rest of a file cannot be gone through; what was taken of it stays."""
    await conn.execute(
        "update claim_files set finished_at = $3, worked_at = $3, refusal = $4"
        " where id = $1 and bank_code = $2 and finished_at is null",
        file_id, bank_code, now, refusal,
    )  # fmt: skip

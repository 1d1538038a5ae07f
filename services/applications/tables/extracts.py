"""Extracts of the registers: what their rows said, and what was taken over. Only added to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.extract_compared import Difference, Result
from services.applications.domain.submission import RightKey
from services.applications.tables.bulk_rows import BulkFileRow
from shared import canonical
from shared.auth.identity import Identity
from shared.life_cycle import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A row of an extract beside what we hold."""

    line: int
    key: RightKey
    number_as_given: str
    as_of: date
    result: Result
    differences: Sequence[Difference]
    shows_pledge: bool | None
    pledge_no: str | None
    """As the register shows it."""
    speaks_of: Sequence[str]


async def same_file(
    conn: asyncpg.Connection, *, sha256: bytes, given: Mapping[str, str], by: Identity
) -> BulkFileRow | None:
    """The extract of this content that an institution has brought in already and that could be read.
    Until the transaction ends nobody else of it brings one in."""
    await conn.execute("select pg_advisory_xact_lock(hashtext('extract ' || $1))", by.institution)
    row = await conn.fetchrow(
        "select * from bulk_files where bank_code = $1 and sha256 = $2 and given = $3"
        " and document_id is not null and refusal is null order by id limit 1",
        by.institution,
        sha256,
        dict(given),
    )
    return None if row is None else BulkFileRow(**dict(row))


async def is_paper(conn: asyncpg.Connection, file_id: UUID, document_id: UUID) -> BulkFileRow:
    """Keep which stored paper an extract is."""
    row = await conn.fetchrow(
        "update bulk_files set document_id = $2 where id = $1 returning *", file_id, document_id
    )
    return BulkFileRow(**dict(row))


_ROWS: Final = """
insert into extract_rows
    (file_id, bank_code, line, kind, number, nice_class, number_as_given, as_of, result,
     shows_pledge, pledge_no_canonical, speaks_of)
select $1, $2, line, kind, number, nice_class, number_as_given, as_of, result, shows_pledge,
       pledge_no, string_to_array(speaks_of, ' ')
from unnest($3::int[], $4::text[], $5::text[], $6::int[], $7::text[], $8::date[], $9::text[],
            $10::boolean[], $11::text[], $12::text[])
    as row (line, kind, number, nice_class, number_as_given, as_of, result, shows_pledge,
            pledge_no, speaks_of)
"""
_DIFFERENCES: Final = """
insert into extract_differences
    (file_id, bank_code, id, line, field, ours, theirs, standing, ours_source, ours_as_of,
     is_bad_news, taken_as)
select $1, $2, id, line, field, ours, theirs, standing, ours_source, ours_as_of, is_bad_news,
       taken_as -> 'value'
from unnest($3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::date[], $11::boolean[], $12::jsonb[])
    as row (id, line, field, ours, theirs, standing, ours_source, ours_as_of, is_bad_news, taken_as)
"""


async def keep(conn: asyncpg.Connection, file: BulkFileRow, rows: Sequence[Compared]) -> None:
    """Keep how rows compare with what we hold, and every difference."""
    if not rows:
        return
    await conn.execute(
        _ROWS, file.id, file.bank_code, [one.line for one in rows],
        *([one.key[n] for one in rows] for n in range(3)),
        [one.number_as_given for one in rows], [one.as_of for one in rows],
        [one.result for one in rows], [one.shows_pledge for one in rows],
        [canonical.number(one.pledge_no) if one.pledge_no else None for one in rows],
        [" ".join(one.speaks_of) for one in rows],
    )  # fmt: skip
    found = [(row.line, one) for row in rows for one in row.differences]
    names = ("field", "ours", "theirs", "standing", "ours_source", "ours_as_of", "is_bad_news")
    await conn.execute(
        _DIFFERENCES, file.id, file.bank_code, [uuid7() for _ in found],
        [line for line, _ in found], *([getattr(one, name) for _, one in found] for name in names),
        [{"value": dict(one.taken_as)} for _, one in found],
    )  # fmt: skip


async def locked(conn: asyncpg.Connection, file_id: UUID) -> BulkFileRow | None:
    """An extract, locked: what is taken over of it, is taken over once."""
    row = await conn.fetchrow(
        "select * from bulk_files where id = $1 and document_id is not null for update", file_id
    )
    return None if row is None else BulkFileRow(**dict(row))


_NOT_TAKEN: Final = """
select d.*, r.kind, r.number, r.nice_class, r.number_as_given, r.as_of
from extract_differences as d join extract_rows as r on (r.file_id, r.line) = (d.file_id, d.line)
where d.file_id = $1 and d.standing = 'open' and ($2::uuid[] is null or d.id = any($2))
  and not exists (select from extract_takings as t where t.difference_id = d.id)
order by d.line, d.id limit $3
"""


async def not_taken(
    conn: asyncpg.Connection, file_id: UUID, ids: Sequence[UUID] | None, *, limit: int
) -> list[asyncpg.Record]:
    """Differences that nobody has taken over yet and that may be, with the right of each; all of
    the file's where `ids` is None."""
    rows: list[asyncpg.Record] = await conn.fetch(_NOT_TAKEN, file_id, ids, limit)
    return rows


async def keep_takings(
    conn: asyncpg.Connection,
    outcomes: Mapping[UUID, str],
    *,
    bank_code: str,
    by: Person,
    now: datetime,
) -> None:
    """Keep that these differences were taken over, or were not since something newer is known."""
    await conn.execute(
        """insert into extract_takings
               (difference_id, outcome, bank_code, taken_by, taken_by_name, taken_at)
           select id, outcome, $3, $4, $5, $6 from unnest($1::uuid[], $2::text[]) as t (id, outcome)""",
        list(outcomes), list(outcomes.values()), bank_code, by.subject, by.name, now,
    )  # fmt: skip

"""Extracts of the registers: each with its counts, its rows, and what was taken over."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.pledge import LIVING
from services.applications.domain.submission import RightKey
from shared.postgres.literals import literals
from shared.refusals import NotFound

_COUNTED: Final = """
select f.*, counted.*, open.*
from bulk_files as f
cross join lateral (
    select count(*) filter (where result = 'agrees') as agrees,
           count(*) filter (where result = 'differs') as differs,
           count(*) filter (where result = 'unknown_right') as unknown_rights
    from extract_rows as r where r.file_id = f.id) as counted
cross join lateral (
    select count(*) filter (where d.standing = 'open' and t.difference_id is null) as to_take,
           count(*) filter (where t.outcome = 'taken') as taken,
           count(*) filter (where d.is_bad_news) as bad_news
    from extract_differences as d left join extract_takings as t on t.difference_id = d.id
    where d.file_id = f.id) as open
"""
_OF_PAGE: Final = f"{_COUNTED} where f.id = any($1::uuid[])"
_ONE: Final = f"{_COUNTED} where f.document_id is not null and f.id = $1"
_ROWS: Final = """
select b.line, b.faults, b.cells, r.kind, r.nice_class, r.as_of, right_.id as right_id,
       coalesce(r.number, b.number) as number, coalesce(r.result, 'unreadable') as result
from bulk_rows as b
left join extract_rows as r on (r.file_id, r.line) = (b.file_id, b.line)
left join rights as right_
    on (right_.kind, right_.number, right_.nice_class) = (r.kind, r.number, r.nice_class)
   and r.result <> 'unknown_right'
where b.file_id = $1 and b.line > $2::bigint
  and ($3::text is null or coalesce(r.result, 'unreadable') = $3)
  and (not $4 or exists (
      select from extract_differences as d
      where (d.file_id, d.line) = (b.file_id, b.line) and d.is_bad_news))
order by b.line limit $5
"""
_DIFFERENCES: Final = """
select d.*, t.outcome, t.taken_by_name, t.taken_at
from extract_differences as d left join extract_takings as t on t.difference_id = d.id
where d.file_id = $1 and d.line = any($2::int[]) order by d.line, d.id
"""
_PLEDGES: Final = f"""
select c.kind, c.number, c.nice_class, p.registration_no, p.registered_on,
       coalesce(p.term_until, l.matures_on) as term_until, b.name as bank_name
from collateral as c
join applications as a on a.id = c.application_id and a.revision = c.revision
join pledge_registrations as p
    on (p.application_id, p.collateral_no) = (c.application_id, c.collateral_no)
left join loans as l on l.application_id = a.id
left join banks as b on b.code = a.bank_code
where (c.kind, c.number, c.nice_class) in (select * from unnest($1::text[], $2::text[], $3::int[]))
  and p.state in ({literals(LIVING)})
order by p.registered_on, p.id
"""


async def counted(conn: asyncpg.Connection, file_ids: Sequence[UUID]) -> dict[UUID, asyncpg.Record]:
    """What the rows of these extracts came to."""
    return {row["id"]: row for row in await conn.fetch(_OF_PAGE, file_ids)}


async def one(conn: asyncpg.Connection, file_id: UUID) -> asyncpg.Record:
    """One extract. Raises NotFound, also where it is another bank's."""
    row = await conn.fetchrow(_ONE, file_id)
    if row is None:
        raise NotFound("没有这份登记簿副本", "There is no such extract.")
    return row


async def rows_of(
    conn: asyncpg.Connection, file_id: UUID, *, result: str | None, bad_news: bool, after: int,
    limit: int,
) -> list[asyncpg.Record]:  # fmt: skip
    """Rows of an extract behind a line: how each compares, or what of it cannot be read."""
    rows: list[asyncpg.Record] = await conn.fetch(_ROWS, file_id, after, result, bad_news, limit)
    return rows


async def differences_of(
    conn: asyncpg.Connection, file_id: UUID, lines: Sequence[int]
) -> dict[int, list[asyncpg.Record]]:
    """What differs in these rows, and what became of each difference."""
    found: dict[int, list[asyncpg.Record]] = {}
    for row in await conn.fetch(_DIFFERENCES, file_id, lines):
        found.setdefault(row["line"], []).append(row)
    return found


async def living_pledges(
    conn: asyncpg.Connection, keys: Sequence[RightKey]
) -> dict[RightKey, list[asyncpg.Record]]:
    """The reader's living pledges on these rights, the first one first."""
    found: dict[RightKey, list[asyncpg.Record]] = {}
    for row in await conn.fetch(_PLEDGES, *([key[n] for key in keys] for n in range(3))):
        key = RightKey(row["kind"], row["number"], row["nice_class"])
        found.setdefault(key, []).append(row)
    return found

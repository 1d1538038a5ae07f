"""Calls for cover as they are read: lists, one, and the measures taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.cover_call import SHORT
from shared.postgres.literals import literals

_WITH_ITS_CASE: Final = """
select c.*, a.number as case_number, a.pool_code, a.borrower_uscc, a.borrower_name
from cover_calls as c join applications as a on a.id = c.application_id
"""
_PAGE: Final = f"""
{_WITH_ITS_CASE}
where ($1 = '*' or c.bank_code = $1) and ($2::uuid is null or c.application_id = $2)
  and ($3::text is null or c.bank_code = $3) and ($4::text is null or a.borrower_uscc = $4)
  and ($5::text is null or c.state = $5)
  and ($6::date is null or (c.state in ({literals(SHORT)}) and c.cover_by < $6))
  and ($7::uuid is null or c.id < $7)
  and ($8::uuid is null or exists (
      select from rights as r
      join collateral as o
          on (o.kind, o.number, o.nice_class) = (r.kind, r.number, r.nice_class)
      where r.id = $8 and o.application_id = a.id and o.revision = a.revision
      union all
      select from rights as r
      join cover_measures as m
          on (m.right_kind, m.right_number, m.nice_class) = (r.kind, r.number, r.nice_class)
      where r.id = $8 and m.call_id = c.id))
order by c.id desc limit $9
"""
_MEASURES: Final = """
select m.*, r.id as right_id
from cover_measures as m
left join rights as r
    on (r.kind, r.number, r.nice_class) = (m.right_kind, m.right_number, m.nice_class)
where m.call_id = $1 order by m.id
"""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which calls a list shows; None leaves a column alone."""

    case_id: UUID | None = None
    bank: str | None = None
    firm: str | None = None
    right_id: UUID | None = None
    """A right of its case, or one named by a measure."""
    state: str | None = None
    overdue_on: date | None = None
    """Those still short whose day has passed on this one."""


async def page(
    conn: asyncpg.Connection, wanted: Wanted, *, institution: str, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Calls, the youngest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _PAGE, institution, wanted.case_id, wanted.bank, wanted.firm, wanted.state,
        wanted.overdue_on, before, wanted.right_id, limit,
    )  # fmt: skip
    return rows


async def one(
    conn: asyncpg.Connection, call_id: UUID, *, institution: str
) -> asyncpg.Record | None:
    """One call; None where the caller may know of none."""
    return await conn.fetchrow(
        f"{_WITH_ITS_CASE} where c.id = $1 and ($2 = '*' or c.bank_code = $2)", call_id, institution
    )


async def measures(conn: asyncpg.Connection, call_id: UUID) -> Sequence[Any]:
    """With what the bank has answered, the first one first."""
    rows: list[asyncpg.Record] = await conn.fetch(_MEASURES, call_id)
    return rows

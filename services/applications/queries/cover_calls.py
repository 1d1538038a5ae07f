"""Calls for cover as they are read: lists, one, and the measures taken."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

_WITH_ITS_CASE: Final = """
select c.*, a.number as case_number, a.pool_code, a.borrower_uscc, a.borrower_name
from cover_calls as c join applications as a on a.id = c.application_id
"""
_MEASURES: Final = """
select m.*, r.id as right_id
from cover_measures as m
left join rights as r
    on (r.kind, r.number, r.nice_class) = (m.right_kind, m.right_number, m.nice_class)
where m.call_id = $1 order by m.id
"""


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

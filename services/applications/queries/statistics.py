"""Counts and money for the first page, in two statements."""

import asyncpg

from services.applications.api.responses import LoanStatisticsRow, StatisticsAnswer, StatisticsRow

_CASES = """
select pool_code, to_char(submitted_at at time zone 'Asia/Shanghai', 'YYYY-MM') as month, state,
       count(*) as cases, sum(amount_fen)::bigint as amount_fen
from applications
where $1::text is null or pool_code = $1
group by pool_code, month, state order by pool_code, month, state
"""
_LOANS = """
select l.pool_code, count(*) as loans, sum(l.amount_fen)::bigint as disbursed_fen,
       sum(l.outstanding_fen)::bigint as outstanding_fen,
       count(*) filter (where a.state = 'overdue') as overdue_loans,
       coalesce(sum(l.outstanding_fen) filter (where a.state = 'overdue'), 0)::bigint
           as overdue_fen
from loans as l join applications as a on a.id = l.application_id
where $1::text is null or l.pool_code = $1
group by l.pool_code order by l.pool_code
"""


async def statistics(conn: asyncpg.Connection, *, pool_code: str | None) -> StatisticsAnswer:
    """What the institution that looks may see, counted."""
    return StatisticsAnswer(
        cases=[StatisticsRow(**dict(row)) for row in await conn.fetch(_CASES, pool_code)],
        loans=[LoanStatisticsRow(**dict(row)) for row in await conn.fetch(_LOANS, pool_code)],
    )

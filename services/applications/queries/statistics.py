"""Counts and money for the first page, in two statements."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from services.applications.domain.life_cycle import State
from services.applications.queries.owed import OUT_ONCE

# All of it stands in the index by submission; a month is written once it is counted.
_CASES: Final = """
select pool_code, to_char(month, 'YYYY-MM') as month, state, cases, amount_fen from (
    select pool_code, date_trunc('month', submitted_at at time zone 'Asia/Shanghai') as month,
           state, count(*) as cases, sum(amount_fen)::bigint as amount_fen
    from applications
    where ($1::text is null or pool_code = $1) and ($2::text is null or bank_code = $2)
    group by 1, 2, 3) as counted
order by pool_code, month, state
"""
_LOANS: Final = f"""
select l.pool_code, count(*) as loans, sum(l.amount_fen)::bigint as disbursed_fen,
       sum({OUT_ONCE})::bigint as outstanding_fen,
       count(*) filter (where a.state = $2) as overdue_loans,
       -- What is overdue of a renewal counts whole unless the loan that it renews is overdue, too.
       coalesce(sum(case when renewed.state = $2 then {OUT_ONCE} else l.outstanding_fen end)
                filter (where a.state = $2), 0)::bigint as overdue_fen
from loans as l join applications as a on a.id = l.application_id
left join applications as renewed
    on renewed.id = a.renews and renewed.bank_code = a.bank_code
where ($1::text is null or l.pool_code = $1) and ($3::text is null or l.bank_code = $3)
group by l.pool_code order by l.pool_code
"""


async def case_counts(
    conn: asyncpg.Connection, *, own: str | None, pool_code: str | None
) -> Sequence[asyncpg.Record]:
    """The cases that the institution that looks may see, by pool, month and state. `own`: its code,
    where it is a bank."""
    rows: list[asyncpg.Record] = await conn.fetch(_CASES, pool_code, own)
    return rows


async def loan_sums(
    conn: asyncpg.Connection, *, own: str | None, pool_code: str | None
) -> Sequence[asyncpg.Record]:
    """The loans that it may see, by pool."""
    rows: list[asyncpg.Record] = await conn.fetch(_LOANS, pool_code, State.OVERDUE, own)
    return rows

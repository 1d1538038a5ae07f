"""Counts and money of cases and loans: read from their counters, in two statements."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from services.applications.domain.life_cycle import IS_LOAN, State
from services.applications.tables import counted
from services.applications.tables.counted import ALL, LENT, MOVED, have_begun
from shared.postgres.literals import literals

# $1 a pool or null, $2 the bank that asks, or all of them.
_CASES: Final = """
select pool_code, month, state, sum(cases)::bigint as cases, sum(fen)::bigint as amount_fen
from {counted} as counted
where bank_code = $2 and ($1::text is null or pool_code = $1)
group by pool_code, month, state having sum(cases) > 0 order by pool_code, month, state
"""
# Few loans are renewed: what is one debt is taken off here. What is overdue of a renewal counts whole unless the
# loan that it renews is overdue, too.
_LOANS: Final = f"""
with sums as (
    select pool_code, sum(loans) as loans, sum(disbursed_fen) as disbursed_fen,
           sum(outstanding_fen) as outstanding_fen, sum(overdue_fen) as overdue_fen
    from {{counted}} as counted
    where bank_code = $2 and ($1::text is null or pool_code = $1)
    group by pool_code having sum(loans) > 0
), overdue as (
    select pool_code, sum(cases) as cases from {{states}} as counted
    where bank_code = $2 and ($1::text is null or pool_code = $1) and state = '{State.OVERDUE}'
    group by pool_code
), once as (
    select l.pool_code, sum(least(l.outstanding_fen, old_loan.outstanding_fen)) as fen,
           sum(least(l.outstanding_fen, old_loan.outstanding_fen))
               filter (where a.state = '{State.OVERDUE}' and old.state = '{State.OVERDUE}')
               as overdue_fen
    from applications as a
    join loans as l on l.application_id = a.id
    join applications as old on old.id = a.renews and old.bank_code = a.bank_code
    join loans as old_loan on old_loan.application_id = old.id
    where a.renews is not null and old.state in ({literals(IS_LOAN)})
      and ($2 = '{ALL}' or a.bank_code = $2) and ($1::text is null or l.pool_code = $1)
    group by l.pool_code
)
select pool_code, loans::bigint, disbursed_fen::bigint,
       (outstanding_fen - coalesce(once.fen, 0))::bigint as outstanding_fen,
       coalesce(overdue.cases, 0)::bigint as overdue_loans,
       (sums.overdue_fen - coalesce(once.overdue_fen, 0))::bigint as overdue_fen
from sums left join overdue using (pool_code) left join once using (pool_code)
order by pool_code
"""
STATES_KEPT: Final = counted.kept("case_counts", counted.states_of("select * from case_counts_due"))
STATES_ANEW: Final = f"({counted.states_of(MOVED)})"
"""Rows of `case_counts` with what is due to it; out of the cases themselves."""
_LOANS_KEPT: Final = counted.kept("loan_counts", counted.loans_of("select * from loan_counts_due"))


async def case_counts(
    conn: asyncpg.Connection, *, own: str | None, pool_code: str | None
) -> Sequence[asyncpg.Record]:
    """The cases that the institution that looks may see, by pool, month and state. `own`: its code,
    where it is a bank."""
    states = STATES_KEPT if await have_begun(conn) else STATES_ANEW
    rows: list[asyncpg.Record] = await conn.fetch(
        _CASES.format(counted=states), pool_code, own or ALL
    )
    return rows


async def loan_sums(
    conn: asyncpg.Connection, *, own: str | None, pool_code: str | None
) -> Sequence[asyncpg.Record]:
    """The loans that it may see, by pool."""
    begun = await have_begun(conn)
    statement = _LOANS.format(
        counted=_LOANS_KEPT if begun else f"({counted.loans_of(LENT)})",
        states=STATES_KEPT if begun else STATES_ANEW,
    )
    rows: list[asyncpg.Record] = await conn.fetch(statement, pool_code, own or ALL)
    return rows

"""What the counters of cases and loans stand for: the same figures out of the rows themselves.

`tables.case_counts` begins with it and is held against it; until that has begun, it is what is told. For the
bureau all banks together are a bank of their own, as all pools are for the flow, so that nobody adds them up.
"""

from typing import Final

import asyncpg

from services.applications.domain.life_cycle import Action, State

ALL: Final = "*"
"""The bank, or the pool, that stands for all."""

FILED_ON: Final = "(a.submitted_at at time zone 'Asia/Shanghai')::date"
# What was taken over with its pool was filed and approved elsewhere: few, with an index of their own.
TAKEN_OVER: Final = f"""exists (
    select from case_moves as m
    where m.case_id = a.id and m.version = 1 and m.action = '{Action.ANNOUNCE}')"""

MOVED: Final = f"""
    select a.bank_code, a.pool_code, {FILED_ON} as filed_on, {TAKEN_OVER} as is_taken_over, a.state,
           a.approved_on, count(*) as cases, sum(a.amount_fen) as fen
    from applications as a group by 1, 2, 3, 4, 5, 6
"""
"""All cases, as rows of `case_counts_due`."""
LENT: Final = f"""
    select l.bank_code, l.pool_code, count(*) as loans, sum(l.amount_fen) as disbursed_fen,
           sum(l.outstanding_fen) as outstanding_fen,
           coalesce(sum(l.outstanding_fen) filter (where a.state = '{State.OVERDUE}'), 0)
               as overdue_fen
    from loans as l join applications as a on a.id = l.application_id group by 1, 2
"""
"""All loans, as rows of `loan_counts_due`."""


def states_of(moved: str) -> str:
    """Rows of `case_counts`, out of what has moved."""
    return f"""
        select bank.code as bank_code, pool_code, to_char(filed_on, 'YYYY-MM') as month, state,
               sum(cases)::bigint as cases, sum(fen)::bigint as fen
        from ({moved}) as moved cross join lateral (values (bank_code), ('{ALL}')) as bank (code)
        group by 1, 2, 3, 4"""


def flow_of(moved: str) -> str:
    """Rows of `case_flow_counts`, out of what has moved."""
    return f"""
        select pool.code as pool_code, one.counted, one.day, one.days,
               sum(cases)::bigint as cases, sum(fen)::bigint as fen
        from ({moved}) as moved
        cross join lateral (values (pool_code), ('{ALL}')) as pool (code)
        cross join lateral (values
            ('filed', filed_on, 0), ('granted', approved_on, approved_on - filed_on)
        ) as one (counted, day, days)
        where not is_taken_over and one.day is not null group by 1, 2, 3, 4"""


def loans_of(moved: str) -> str:
    """Rows of `loan_counts`, out of what has moved."""
    return f"""
        select bank.code as bank_code, pool_code, sum(loans)::bigint as loans,
               sum(disbursed_fen)::bigint as disbursed_fen,
               sum(outstanding_fen)::bigint as outstanding_fen,
               sum(overdue_fen)::bigint as overdue_fen
        from ({moved}) as moved cross join lateral (values (bank_code), ('{ALL}')) as bank (code)
        group by 1, 2"""


def kept(table: str, due: str) -> str:
    """What stands in a table of counts, and behind it what is due to it. `due`: rows of the same form."""
    return f"(select * from {table} union all {due})"


async def have_begun(conn: asyncpg.Connection) -> bool:
    """Whether the counters hold all there is; before, the rows themselves are counted."""
    begun: bool = await conn.fetchval("select exists (select from counts_begun)")
    return begun

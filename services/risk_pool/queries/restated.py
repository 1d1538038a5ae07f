"""Transfers that were booked in another month than the one to which their fact belongs.

Which day a fact is of says domain/restated.py; here stands where that day is kept.
"""

import asyncpg

from services.risk_pool.domain.adjustment import Kind
from services.risk_pool.domain.month_figures import DISPUTE_UPHELD
from services.risk_pool.domain.restated import Misplaced
from shared.months import Month

_CASH = """
    select t.seq, e.value_date as fact_day, 'cash' as cause, e.number, e.note as why,
           array[e.entered_name, e.released_name] as people
    from cash_entries as e
    join transfers as t on t.pool_code = e.pool_code
        and t.reference in (e.reference, e.reference || ':lifted')
    where e.pool_code = $1 and e.booked_on >= $2
"""
_SUSPENSE = """
    select b.seq, b.value_date, 'suspense', b.number, b.note,
           array[b.proposed_name, b.released_name]
    from account_bookings as b where b.pool_code = $1 and b.seq is not null and b.booked_on >= $2
"""
# Late ones have an index of their own, said just so; their transfers are looked up loan by loan.
_RECOVERIES = """
    select t.seq, r.received_on, 'recovery', r.number, r.claim_number,
           array[r.reported_by, r.confirmed_by]
    from recoveries as r
    cross join lateral (
        select seq, reference from transfers as of_loan
        where of_loan.loan_id = r.loan_id and of_loan.pool_code = r.pool_code offset 0) as t
    where r.pool_code = $1 and r.booked_on >= $2
      and date_trunc('month', r.received_on::timestamp) <> date_trunc('month', r.booked_on::timestamp)
      and starts_with(t.reference, 'recovery:' || r.number || ':')
"""
_DISPUTES = f"""
    select t.seq, d.line_date, 'dispute', d.number, d.reason, array[d.filed_name, d.decided_name]
    from disputes as d
    join transfers as t on t.pool_code = d.pool_code and t.kind = '{DISPUTE_UPHELD}'
        and starts_with(t.reference, 'dispute:' || d.number || ':')
    where d.pool_code = $1 and d.booked_on >= $2 and t.business_date = d.booked_on
"""
_ADJUSTMENTS = f"""
    select t.seq, coalesce(r.received_on, d.line_date, o.business_date), 'adjustment', a.number,
           a.reason, array[a.proposed_by, a.decided_by]
    from adjustments as a
    join transfers as t on t.pool_code = a.pool_code and t.loan_id = a.loan_id
        and starts_with(t.reference, 'adjustment:' || a.number || ':')
    join transfers as o on o.pool_code = a.pool_code
        and o.reference = substr(t.reference, length('adjustment:' || a.number || ':') + 1)
    -- Worked out first: beneath row-level security only a plain number is looked up by its index.
    cross join lateral (select split_part(o.reference, ':', 2) as number offset 0) as named
    left join recoveries as r on r.number = named.number
        and starts_with(o.reference, 'recovery:')
    left join disputes as d on d.number = named.number
        and starts_with(o.reference, 'dispute:')
    where a.pool_code = $1 and a.booked_on >= $2 and a.kind <> '{Kind.ESCROW_SETTLEMENT}'
"""
_POSITIONS = """
    select t.seq, ((split_part(t.reference, ':', 3) || '-01')::date + interval '1 month'
                   - interval '1 day')::date,
           'position', c.number, c.borrower_name, array[]::text[]
    from transfers as t join coverages as c on c.loan_id = t.loan_id
    where t.pool_code = $1 and t.kind = 'position' and t.business_date >= $2
      and split_part(t.reference, ':', 3) <> to_char(t.business_date, 'YYYY-MM')
"""
_DISBURSEMENTS = """
    select t.seq, c.disbursed_on, 'disbursement', c.number, c.borrower_name, array[]::text[]
    from transfers as t join coverages as c on c.loan_id = t.loan_id
    where t.pool_code = $1 and t.kind = 'activate' and t.business_date >= $2
      and c.disbursed_on is not null
"""
_SOURCES = (
    _CASH, _SUSPENSE, _RECOVERIES, _DISPUTES, _ADJUSTMENTS, _POSITIONS, _DISBURSEMENTS,
)  # fmt: skip
_MISPLACED = f"""
    select t.seq, t.reference, t.kind, t.debit, t.credit, t.amount_fen, t.business_date,
           t.booked_at, t.explanation_id, loan.number as loan_number,
           fact.fact_day, fact.cause, fact.number, fact.why, fact.people
    from ({" union all ".join(_SOURCES)}) as fact
    join transfers as t on t.pool_code = $1 and t.seq = fact.seq
    left join coverages as loan on loan.loan_id = t.loan_id
    where to_char(fact.fact_day, 'YYYY-MM') <> to_char(t.business_date, 'YYYY-MM')
      and $3 in (to_char(fact.fact_day, 'YYYY-MM'), to_char(t.business_date, 'YYYY-MM'))
    order by t.seq
"""


async def misplaced(conn: asyncpg.Connection, pool_code: str, month: Month) -> list[Misplaced]:
    """Those that belong to the month and were booked after it, or were booked in it and belong to
    an earlier one; in the order of booking. The connection sees everything."""
    rows = await conn.fetch(_MISPLACED, pool_code, month.first, str(month))
    return [
        Misplaced(**{**row, "people": tuple(one for one in row["people"] if one)}) for row in rows
    ]


async def pool_name(conn: asyncpg.Connection, pool_code: str) -> str:
    """What the pool is called. It exists."""
    name: str = await conn.fetchval("select name from pools where code = $1", pool_code)
    return name

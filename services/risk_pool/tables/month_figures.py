"""The figures of a month, written by sets: no loan is ever an object here.

Nothing here opens a transaction. Whoever writes holds the pool's lock.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from services.risk_pool.domain.month_figures import OPENING, Carried, PostedMonth
from services.risk_pool.tables.debts import ONCE_OF_DEBTS
from shared.months import Month
from shared.postgres.affected import affected

_PARTY = "case when strpos(account, ':') > 0 then split_part(account, ':', 2) else '' end"

_WRITE_MOVEMENTS = f"""
with moved as materialized (
    select debit, credit, kind, sum(amount_fen)::bigint as fen, count(*)::integer as n
    from transfers
    where pool_code = $2 and business_date between $3 and $4 and seq <= $5
    group by debit, credit, kind
), within as (
    select account, kind, sum(debited)::bigint as debited, sum(credited)::bigint as credited,
           sum(n)::integer as n
    from moved
    cross join lateral (values (debit, fen, 0), (credit, 0, fen))
         as side (account, debited, credited)
    group by account, kind
), before as (
    -- A posted month never changes, so what the last one left behind is what this one finds; with
    -- what came between them, or from the first transfer on where none is posted.
    select account, sum(debited)::bigint as debited, sum(credited)::bigint as credited
    from (
        select account, debited_fen as debited, credited_fen as credited
        from settlement_movements where settlement_id = $6
        union all
        select side.account, side.debited, side.credited
        from (
            select debit, credit, sum(amount_fen)::bigint as fen from transfers
            where pool_code = $2 and business_date > coalesce($7::date, '-infinity')
              and business_date < $3 and seq <= $5
            group by debit, credit
        ) as early
        cross join lateral (values (debit, fen, 0), (credit, 0, fen))
             as side (account, debited, credited)
    ) as together
    group by account
)
insert into settlement_movements
    (settlement_id, account, kind, party_code, debited_fen, credited_fen, transfers)
select $1::uuid, account, '{OPENING}', {_PARTY}, debited, credited, 0 from before
union all
select $1::uuid, account, kind, {_PARTY}, debited, credited, n from within
"""

_WRITE_LINES = """
with moved as materialized (
    select loan_id, coalesce(sum(amount_fen) filter (where debit = 'claims'), 0)
                    - coalesce(sum(amount_fen) filter (where credit = 'claims'), 0) as claimed_fen,
           coalesce(sum(amount_fen) filter (where credit = 'recoveries'), 0)
               - coalesce(sum(amount_fen) filter (where debit = 'recoveries'), 0) as recovered_fen
    from transfers
    where pool_code = $2 and business_date between $3 and $4 and seq <= $5
      and (debit in ('claims', 'recoveries') or credit in ('claims', 'recoveries'))
    group by loan_id
)
insert into settlement_lines
    (settlement_id, bank_code, number, loan_id, loan_no, borrower_name, is_covered, amount_fen,
     outstanding_fen, covered_fen, overdue_days, risk_class, position_version, claimed_fen,
     recovered_fen)
select $1::uuid, c.bank_code, c.number, c.loan_id, c.loan_no, c.borrower_name,
       c.released_on is null or c.released_on > $4,
       c.amount_fen,
       coalesce(p.outstanding_principal_fen, c.outstanding_fen),
       coalesce(p.covered_principal_fen, c.covered_fen),
       coalesce(p.overdue_days, c.overdue_days),
       coalesce(p.risk_class, c.risk_class),
       coalesce(p.version, 0),
       coalesce(moved.claimed_fen, 0), coalesce(moved.recovered_fen, 0)
from (
    -- Each arm is a range of one index, so what was released long ago is not looked at.
    select loan.* from coverages as loan
    where loan.pool_code = $2 and loan.disbursed_on <= $4 and loan.released_on is null
    union all
    select loan.* from coverages as loan
    where loan.pool_code = $2 and loan.disbursed_on <= $4 and loan.released_on >= $3
    union all
    -- Released long ago, and money still moves for it.
    select loan.* from coverages as loan
    where loan.loan_id = any(array(select loan_id from moved where loan_id is not null))
      and loan.pool_code = $2 and loan.disbursed_on <= $4 and loan.released_on < $3
) as c
left join positions as p on p.pool_code = $2 and p.month = $6 and p.loan_id = c.loan_id
left join moved on moved.loan_id = c.loan_id
"""

# The lines stay as each loan was reported; in the sums a loan and its renewal are one debt.
_WRITE_LOANS = f"""
with debts as materialized (
    select line.loan_id, c.renews, line.covered_fen, line.outstanding_fen, line.risk_class,
           line.overdue_days
    from settlement_lines as line
    -- Looked up line by line: a join may be done by reading all coverages there have ever been.
    cross join lateral (
        select renews from coverages where coverages.loan_id = line.loan_id limit 1) as c
    where line.settlement_id = $1 and line.is_covered
), once as ({ONCE_OF_DEBTS}), counted as (
    select line.settlement_id, line.bank_code, line.risk_class, line.is_covered, line.claimed_fen,
           line.recovered_fen, line.is_covered and line.overdue_days > 0 as is_overdue,
           line.outstanding_fen - coalesce(once.outstanding_fen, 0) as outstanding_fen,
           line.covered_fen - coalesce(once.covered_fen, 0) as covered_fen,
           coalesce(once.outstanding_fen, 0) as once_outstanding_fen,
           coalesce(once.covered_fen, 0) as once_covered_fen,
           -- Of a loan that is wholly one debt with another nothing is left to count.
           line.is_covered and (once.loan_id is null or line.covered_fen > once.covered_fen)
               as is_counted
    from settlement_lines as line left join once using (loan_id)
    where line.settlement_id = $1
)
insert into settlement_loans
    (settlement_id, bank_code, risk_class, loans, outstanding_fen, covered_fen, overdue_loans,
     overdue_fen, claims, claimed_fen, recoveries, recovered_fen, once_outstanding_fen,
     once_covered_fen)
select settlement_id, bank_code, coalesce(risk_class, ''),
       count(*) filter (where is_counted),
       coalesce(sum(outstanding_fen) filter (where is_covered), 0),
       coalesce(sum(covered_fen) filter (where is_covered), 0),
       count(*) filter (where is_counted and is_overdue),
       coalesce(sum(outstanding_fen) filter (where is_overdue), 0),
       count(*) filter (where claimed_fen > 0), sum(claimed_fen),
       count(*) filter (where recovered_fen > 0), sum(recovered_fen),
       sum(once_outstanding_fen), sum(once_covered_fen)
from counted
group by settlement_id, bank_code, 3
"""


@asynccontextmanager
async def many_rows(conn: asyncpg.Connection) -> AsyncIterator[None]:
    """Have the planner count on as many rows as there are loans.

    It takes the filters of row-level security for choosy ones and would look up each loan by
    itself, at three times the cost.
    """
    plans = {"enable_nestloop": "off", "enable_sort": "off", "work_mem": "64MB"}
    for name, value in plans.items():
        await conn.execute(f"set local {name} = '{value}'")
    yield
    for name in plans:
        await conn.execute(f"set local {name} to default")


async def write_movements(
    conn: asyncpg.Connection,
    settlement_id: UUID,
    pool_code: str,
    month: Month,
    *,
    ledger_seq: int,
    before: PostedMonth | None,
) -> None:
    """What moved in the month by account and kind, and what stood before; up to `ledger_seq`.

    `before` is the last settlement that was posted, whose closing is this opening, with what came
    between them; without one the opening is added up from the ledger.
    """
    await conn.execute(
        _WRITE_MOVEMENTS,
        settlement_id,
        pool_code,
        month.first,
        month.last,
        ledger_seq,
        before.id if before else None,
        before.month.last if before else None,
    )


async def write_lines(
    conn: asyncpg.Connection,
    settlement_id: UUID,
    pool_code: str,
    month: Month,
    *,
    ledger_seq: int,
) -> int:
    """A line for each loan that was covered in the month or that money moved for; how many."""
    done = await conn.execute(
        _WRITE_LINES, settlement_id, pool_code, month.first, month.last, ledger_seq, str(month)
    )
    return affected(done)


async def write_loans(conn: asyncpg.Connection, settlement_id: UUID, loans: int) -> None:
    """How many lines there are, and a bank's loans by risk class, counted and added up."""
    await conn.execute("update settlements set loans = $2 where id = $1", settlement_id, loans)
    await conn.execute(_WRITE_LOANS, settlement_id)


async def write_carried(conn: asyncpg.Connection, settlement_id: UUID, carried: Carried) -> None:
    """Keep what this month hands on, in the place of what an earlier preview had kept."""
    await conn.execute("delete from settlement_carried where settlement_id = $1", settlement_id)
    accounts = sorted({*carried.awaiting, *carried.settled, *carried.stated})
    await conn.execute(
        """insert into settlement_carried
               (settlement_id, account, awaiting_fen, settled_fen, stated_fen)
           select $1, account, awaiting, settled, stated
           from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
                as one (account, awaiting, settled, stated)""",
        settlement_id,
        accounts,
        [carried.awaiting.get(account, 0) for account in accounts],
        [carried.settled.get(account, 0) for account in accounts],
        [carried.stated.get(account, 0) for account in accounts],
    )

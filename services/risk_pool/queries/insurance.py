"""What is insured by policies that begin in a span of time."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain.report_period import Period
from services.risk_pool.queries.reports_measures import Counted

# A policy of a firm alone counts where the firm has a loan of the pool.
_BEGIN_IN: Final = """
from insurance_policies as policy
where policy.begins_on between $2 and $3
  and (policy.pool_code = $1 or (policy.pool_code = '' and exists (
      select from coverages as loan
      where loan.pool_code = $1 and loan.borrower_uscc = policy.borrower_uscc)))
"""
_INSURED: Final = f"""
select count(*) as policies, count(distinct borrower_uscc) as firms,
       coalesce(sum(insured_fen), 0)::bigint as fen,
       exists (select from insurance_policies where pool_code = $1) as is_kept
{_BEGIN_IN}
"""
_ROWS: Final = f"""
select policy.policy_id, policy.loan_id, policy.bank_code, policy.borrower_uscc, policy.kind,
       policy.insurer_name, policy.reference, policy.insured_fen, policy.begins_on, policy.ends_on,
       policy.ended_on,
       coalesce((select loan.number from coverages as loan where loan.loan_id = policy.loan_id), '')
           as loan_number,
       coalesce((select max(loan.borrower_name) from coverages as loan
                 where loan.pool_code = $1 and loan.borrower_uscc = policy.borrower_uscc), '')
           as borrower_name
{_BEGIN_IN} and ($4::uuid is null or policy.policy_id > $4)
order by policy.policy_id limit $5
"""


async def insured(conn: asyncpg.Connection, pool_code: str, period: Period) -> Counted | None:
    """Policies, firms and insured fen of a pool by policies that begin in a period, as they stand
    now; None where no policy of the pool was ever told of, so that nothing is known."""
    row = await conn.fetchrow(_INSURED, pool_code, period.first, period.last)
    if not row["policies"] and not row["is_kept"]:
        return None
    return Counted(row["policies"], row["firms"], row["fen"])


async def policies(
    conn: asyncpg.Connection, pool_code: str, period: Period, *, after: UUID | None, limit: int
) -> Sequence[asyncpg.Record]:
    """The policies that `insured` counts, one by one, in order of id."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        _ROWS, pool_code, period.first, period.last, after, limit
    )
    return rows

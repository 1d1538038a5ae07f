"""What is insured by policies that begin in a span of time."""

from typing import Final

import asyncpg

from services.risk_pool.domain.report_period import Period
from services.risk_pool.queries.reports_measures import Counted

# A policy of a firm alone counts where the firm has a loan of the pool.
_INSURED: Final = """
select count(*) as policies, count(distinct borrower_uscc) as firms,
       coalesce(sum(insured_fen), 0)::bigint as fen,
       exists (select from insurance_policies where pool_code = $1) as is_kept
from insurance_policies as policy
where policy.begins_on between $2 and $3
  and (policy.pool_code = $1 or (policy.pool_code = '' and exists (
      select from coverages as loan
      where loan.pool_code = $1 and loan.borrower_uscc = policy.borrower_uscc)))
"""


async def insured(conn: asyncpg.Connection, pool_code: str, period: Period) -> Counted | None:
    """Policies, firms and insured fen of a pool by policies that begin in a period, as they stand
    now; None where no policy of the pool was ever told of, so that nothing is known."""
    row = await conn.fetchrow(_INSURED, pool_code, period.first, period.last)
    if not row["policies"] and not row["is_kept"]:
        return None
    return Counted(row["policies"], row["firms"], row["fen"])

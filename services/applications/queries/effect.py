"""What a case would add to what its firm and its bank have, as far as this service knows."""

from collections.abc import Mapping
from typing import Any, Final

import asyncpg

from services.applications.domain.life_cycle import CLAIMS_CAPACITY
from services.applications.queries.owed import OWED_ONCE
from shared.life_cycle import Row

_BEFORE: Final = f"""
select
    coalesce(sum(owed) filter (where borrower_uscc = $2 and pool_code = $3), 0)::bigint
        as borrower_in_pool,
    coalesce(sum(owed) filter (where borrower_uscc = $2), 0)::bigint as borrower_everywhere,
    coalesce(sum(owed) filter (where bank_code = $4 and pool_code = $3), 0)::bigint as bank_in_pool
from (
    select a.borrower_uscc, a.pool_code, a.bank_code,
           {OWED_ONCE} as owed
    from applications as a left join loans as l on l.application_id = a.id
    where a.id <> $1 and a.state = any($5::text[])
      and (a.borrower_uscc = $2 or (a.bank_code = $4 and a.pool_code = $3))
) as live
"""


async def owed_before(conn: asyncpg.Connection, case: Row) -> Mapping[str, Any]:
    """Principal of other approved cases and loans, in fen: what is out, may still be drawn, or is
    approved and not paid out; of one that was filed after it was paid out what is owed of it; a loan
    and its renewal once. Of the firm in the pool and in all pools, of the bank in the pool."""
    row = await conn.fetchrow(
        _BEFORE,
        case["id"], case["borrower_uscc"], case["pool_code"], case["bank_code"],
        sorted(CLAIMS_CAPACITY),
    )  # fmt: skip
    return dict(row)

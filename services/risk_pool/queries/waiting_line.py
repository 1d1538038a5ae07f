"""The waiting line of a pool as it is read; a bank sees its own cases, with their places."""

import asyncpg

from services.risk_pool.domain.coverage import IN_LINE
from shared.postgres.literals import literals


async def waiting_line(conn: asyncpg.Connection, pool_code: str) -> list[asyncpg.Record]:
    """Those who wait, the first in line first, as far as one may see them."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select line_place as place, loan_id, number, bank_code, borrower_name, amount_fen,
                   ip_share_bp, mode, approved_on, due_on as valid_until, limits
            from coverages where pool_code = $1 and state in ({literals(IN_LINE)})
            order by approved_on, line_no""",
        pool_code,
    )
    return rows

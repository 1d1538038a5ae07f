"""What is known of a firm's standing on lists of dishonest or abnormal firms."""

import asyncpg

from services.risk_pool.domain.listed import Listed
from shared.life_cycle import Row


async def listed_of(conn: asyncpg.Connection, loan: Row) -> list[Listed]:
    """The entries of a loan's firm, as its bank was told of them, the youngest first."""
    rows = await conn.fetch(
        """select list_name, listed_on, list_date, source, ended_on, why from listed_firms
           where bank_code = $1 and borrower_uscc = $2 order by listed_on desc, entry_id""",
        loan["bank_code"],
        loan["borrower_uscc"],
    )
    return [Listed(**dict(row)) for row in rows]

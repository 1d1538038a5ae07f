"""Which loans are covered, as the pools know it: for a comparison with the reviewers' service."""

from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import TAKES_CAPACITY


async def covered_loans(conn: asyncpg.Connection) -> dict[UUID, tuple[str, bool]]:
    """Loan → its number, and whether it takes capacity. For the house."""
    rows = await conn.fetch(
        "select loan_id, number, state = any ($1) as covered from coverages", list(TAKES_CAPACITY)
    )
    return {row["loan_id"]: (row["number"], row["covered"]) for row in rows}

"""How breakers came to stand where they stand."""

from collections.abc import Sequence

import asyncpg


async def list_evaluations(conn: asyncpg.Connection, pool_code: str) -> Sequence[asyncpg.Record]:
    """Every look at a breaker of a pool, the newest first, as far as one may see them."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        """select bank_code, month, on_day, numerator_fen as part_fen,
                  denominator_fen as whole_fen, source, target, line_bp, explanation_id, at,
                  loans, estimated
           from breaker_evaluations where pool_code = $1 order by id desc""",
        pool_code,
    )
    return rows

"""What the banks of a pool are ranked by: what the pool covers of theirs, how much of it is bad."""

from collections.abc import Mapping
from fractions import Fraction

import asyncpg

from services.risk_pool.queries.standings import breakers_of

_COVERED = """
    select p.code, coalesce(b.debited_fen - b.credited_fen, 0)::bigint as covered_fen
    from parties p
    left join account_balances b on b.pool_code = p.pool_code and b.account = 'covered:' || p.code
    where p.pool_code = $1 and p.role = 'bank'
"""


async def covered(conn: asyncpg.Connection, pool_code: str) -> Mapping[str, Fraction]:
    """Bank → what is covered of its lending now. Who asks sees everything."""
    rows = await conn.fetch(_COVERED, pool_code)
    return {row["code"]: Fraction(row["covered_fen"]) for row in rows}


async def bad_ratios(conn: asyncpg.Connection, pool_code: str) -> Mapping[str, Fraction]:
    """Bank → bad over covered principal at its last look, of those that had one."""
    looked_at = await breakers_of(conn, pool_code)
    return {
        bank: Fraction(row["numerator_fen"], row["denominator_fen"])
        for bank, row in looked_at.items()
        if bank and row["denominator_fen"]
    }

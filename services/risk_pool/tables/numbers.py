"""Numbers without gaps: a counter row per pool, series and year, held until the commit."""

import asyncpg

from services.risk_pool.domain.numbers import number


async def next_number(conn: asyncpg.Connection, pool_code: str, *, series: str, year: int) -> str:
    """The next number of a series: K cash entries, C claims, R recoveries, T adjustments of claims,
    S subsidies, D disposals, A agreed figures, H agreements, B top-up calls, Z money in suspense,
    P payment files, Y disputed lines, L loan packages, G public notices, V objections to them."""
    row = await conn.fetchrow(
        """insert into number_series as known (pool_code, series, year, last_number)
           values ($1, $2, $3, 1)
           on conflict (pool_code, series, year) do update set last_number = known.last_number + 1
           returning last_number, (select prefix from pools where code = $1) as prefix""",
        pool_code,
        series,
        year,
    )
    return number(row["prefix"], series, year, row["last_number"])

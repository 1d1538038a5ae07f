"""How breakers and months stand, for those who watch over the service."""

from datetime import UTC, datetime, time

import asyncpg

from services.risk_pool.domain.settlement import BOOKS_CLOSED
from shared.clock import SHANGHAI
from shared.months import Month
from shared.postgres.literals import literals

_BREAKERS = "select pool_code, state, count(*) as count from breakers group by pool_code, state"
_MONTHS = "select pool_code, state, count(*) as count from settlements group by pool_code, state"
_POSTED = f"""
select pool_code, max(month) as month from settlements
where state in ({literals(BOOKS_CLOSED)}) group by pool_code
"""

Counts = dict[tuple[str, str], int]
"""(Pool, state) → how many."""


async def breakers(conn: asyncpg.Connection) -> Counts:
    """How many breakers stand where."""
    return {(row["pool_code"], row["state"]): row["count"] for row in await conn.fetch(_BREAKERS)}


async def months(conn: asyncpg.Connection) -> Counts:
    """How many months' settlements stand where."""
    return {(row["pool_code"], row["state"]): row["count"] for row in await conn.fetch(_MONTHS)}


async def posted_until(conn: asyncpg.Connection) -> dict[str, datetime]:
    """Pool → the end of its last posted month."""
    return {
        row["pool_code"]: datetime.combine(
            Month.parse(row["month"]).last, time(23, 59, 59), SHANGHAI
        ).astimezone(UTC)
        for row in await conn.fetch(_POSTED)
    }

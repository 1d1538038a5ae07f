"""Who may read what, and the first question of every route: is there such a pool?"""

import asyncpg

from shared.refusals import NotFound

BUREAU = (
    "reviewer",
    "approver",
    "finance_maker",
    "finance_checker",
    "pool_manager",
    "auditor",
    "admin",
)
"""Those who may see a pool's money."""


async def require_pool(conn: asyncpg.Connection, code: str) -> None:
    """Raises NotFound where there is no such pool."""
    if not await conn.fetchval("select exists (select from pools where code = $1)", code):
        raise NotFound(f"没有资金池 {code}", f"There is no pool {code}.")

"""Who may read what, and the first question of every route: is there such a pool?"""

import asyncpg

from services.risk_pool.queries import pools
from shared.refusals import NotFound

BUREAU = (
    "reviewer",
    "approver",
    "leader",
    "finance_maker",
    "finance_checker",
    "pool_manager",
    "auditor",
    "admin",
)
"""Those who may see a pool's money."""


async def require_pool(conn: asyncpg.Connection, code: str) -> int:
    """The pool's version. Raises NotFound where there is no such pool."""
    version = await pools.version_of(conn, code)
    if version is None:
        raise NotFound(f"没有资金池 {code}", f"There is no pool {code}.")
    return version

"""Who may read what, and the first question of every route: is there such a pool?"""

import asyncpg

from services.risk_pool.queries import pools
from shared.auth.identity import Forbidden, Identity
from shared.refusals import NotFound

BUREAU = (
    "reviewer",
    "approver",
    "finance_maker",
    "finance_checker",
    "pool_manager",
    "auditor",
)
"""Those who may see a pool's money."""


def require_sight_of(caller: Identity, code: str) -> None:
    """Raises Forbidden for a pool that the caller does not belong to, where there is none yet."""
    if not caller.sees(code):
        raise Forbidden(
            f"您不属于资金池 {code}；请管理员在身份系统中将其加入您的资金池。",
            f"You do not belong to the pool {code}; whoever keeps the identities can add it to yours.",
        )


async def require_pool(conn: asyncpg.Connection, code: str) -> int:
    """The pool's version. Raises NotFound where there is no such pool."""
    version = await pools.version_of(conn, code)
    if version is None:
        raise NotFound(f"没有资金池 {code}", f"There is no pool {code}.")
    return version

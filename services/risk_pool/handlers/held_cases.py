"""A case is held while a step of it is taken: its pool first, then the case itself."""

from uuid import UUID

import asyncpg

from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.tables.held_cases import lock_case, lock_pool_of
from services.risk_pool.tables.ledger import LockedPool
from shared.refusals import NotFound
from shared.transitions import CaseTable


async def hold_pool_of(conn: asyncpg.Connection, cases: CaseTable, case_id: UUID) -> LockedPool:
    """The pool of a case, locked. Raises NotFound where the caller may know of no such case."""
    pool = await lock_pool_of(conn, cases, case_id)
    if pool is None:
        raise NotFound(cases.absent.zh, cases.absent.en)
    return pool


async def hold(
    conn: asyncpg.Connection, cases: CaseTable, case_id: UUID, action: str, context: StepContext
) -> tuple[LockedPool, asyncpg.Record]:
    """The pool and the case, locked in this order, where the table lets the caller do this.

    Raises NotFound, what `LifeCycle.require` raises, and what the check of the version raises.
    """
    pool = await hold_pool_of(conn, cases, case_id)
    case = await lock_case(conn, cases, case_id)
    cases.life_cycle.require(case, action, context.by)
    context.check_version(case["version"])
    return pool, case

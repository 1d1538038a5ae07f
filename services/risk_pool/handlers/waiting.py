"""The waiting lines are walked: whose approval has run out leaves, whose turn it is gets the room.

Whatever makes room ends with `serve_line`, in its own transaction: a release, a repayment, a lower
position, a claim that takes its loan out of cover, a contribution, a recovery, a raised line, a
resumption. A new version of a programme makes none: it begins after today, and who waits is bound
by the day of approval. A due job walks every line as well, for approvals that run out with the
days. New approvals are decided behind the line, so room never goes to somebody else.
"""

from datetime import datetime

import asyncpg

from services.risk_pool.domain.coverage import LIFE_CYCLE, Action
from services.risk_pool.domain.coverage_changes import release
from services.risk_pool.handlers.coverage_steps import step_of
from services.risk_pool.handlers.line import decide_in_turn
from services.risk_pool.tables import waiting_line
from services.risk_pool.tables.coverages import COVERAGES
from services.risk_pool.tables.ledger import LockedPool, lock_pool
from shared.clock import business_date
from shared.life_cycle import SYSTEM
from shared.postgres.database import EVERYWHERE, Database
from shared.transitions import apply_transitions


async def serve_lines(database: Database, *, now: datetime) -> None:
    """Walk every pool's line once, each in its own transaction, with the pool held."""
    async with database.begin(EVERYWHERE) as conn:
        pools = await waiting_line.pools_with_a_line(conn)
    for pool_code in pools:
        async with database.begin(EVERYWHERE) as conn:
            await serve_line(conn, pool_code, now=now)


async def serve_line(conn: asyncpg.Connection, pool_code: str, *, now: datetime) -> None:
    """Give the room that there is now to who waits for it, in order.

    It comes last in a transaction that makes room. The pool is held anew, so that a breaker that
    the same transaction has moved counts.
    """
    pool = await lock_pool(conn, pool_code)
    if not await waiting_line.anybody_in(conn, pool.code):
        return
    await _expire(conn, pool, now=now)
    await decide_in_turn(conn, pool, (), now=now)


async def _expire(conn: asyncpg.Connection, pool: LockedPool, *, now: datetime) -> None:
    """Who was approved too long ago leaves the line; the approval is no longer valid."""
    today = business_date(now)
    ran_out = [one for one in await waiting_line.line_of(conn, pool.code) if one.due_on < today]
    steps = []
    for one in ran_out:
        move = LIFE_CYCLE.require(one.coverage, Action.EXPIRE, SYSTEM)
        steps.append(step_of(release(one.coverage, move, day=today), SYSTEM, now))
    if steps:
        await apply_transitions(conn, COVERAGES, steps, now=now)
        await waiting_line.renumber(conn, pool.code)

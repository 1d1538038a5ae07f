"""The waiting lines are walked: whose approval has run out leaves, whose turn it is gets the room.

A due job does it, right after whatever has freed room: a release, a contribution, a recovery, a
raised line, a resumption. New approvals in between are decided behind the line, so nothing that
the job has not seen yet goes to somebody else.
"""

from datetime import datetime

import asyncpg

from services.risk_pool.domain.coverage import LIFE_CYCLE, Action
from services.risk_pool.domain.coverage_changes import release
from services.risk_pool.handlers.line import decide_in_turn
from services.risk_pool.handlers.recording import step_of
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
            pool = await lock_pool(conn, pool_code)
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

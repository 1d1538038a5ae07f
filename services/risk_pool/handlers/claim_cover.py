"""An approved claim takes its loan out of cover."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import LIFE_CYCLE, Action
from services.risk_pool.domain.coverage_changes import release
from services.risk_pool.handlers.coverage_steps import step_of
from services.risk_pool.tables import coverages
from services.risk_pool.tables.coverages import COVERAGES
from services.risk_pool.tables.ledger import LockedPool, book
from shared.life_cycle import Person
from shared.refusals import NotFound, Refused
from shared.transitions import apply_transition


class NotCovered(Refused):
    """The loan has no cover that could be used up."""

    code: ClassVar[str] = "not-covered"


async def release_for_claim(
    conn: asyncpg.Connection,
    pool: LockedPool,
    loan_id: UUID,
    *,
    day: date,
    by: Person,
    now: datetime,
) -> None:
    """Move the coverage on by the person who approves the claim: booked, kept, and told.

    The pool must be held. Raises NotFound, NotCovered where the loan is not in cover, RoleMissing.
    """
    before = (await coverages.load(conn, (loan_id,))).get(loan_id)
    if before is None:
        raise NotFound("没有该贷款的保障", "There is no coverage of this loan.")
    move = LIFE_CYCLE.find(before.state, Action.CLAIM)
    if move is None:
        raise NotCovered(
            f"该贷款的保障状态为 {before.state},不能补偿",
            f"The coverage of this loan is {before.state}; it cannot be claimed.",
            state=before.state,
        )
    change = release(before, move, day=pool.open_day(day))
    await book(conn, pool, change.transfers, now=now)
    await apply_transition(conn, COVERAGES, step_of(change, by, now), now=now)

"""A loan that has matured unpaid is overdue from the next day, whatever is reported, or nothing."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import Action, State, find_move
from services.applications.tables import cases, loans
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.life_cycle import SYSTEM, Row
from shared.postgres.database import EVERYWHERE, Database
from shared.transitions import Step

AT_ONCE: Final = 500
"""Loans per transaction: short enough to be in nobody's way."""


async def mark_matured(
    database: Database, working_days: WorkingDays, now: Callable[[], datetime]
) -> None:
    """Every loan that fell due before today and is not repaid becomes overdue.

    A day of maturity that is a holiday is the next working day (Civil Code art. 203). Looked for
    page by page and decided under lock, so that running it twice does it once.
    """
    after: UUID | None = None
    while True:
        moment = now()
        async with database.begin(EVERYWHERE) as conn:
            page = await loans.matured_unpaid(
                conn, today=business_date(moment), after=after, limit=AT_ONCE
            )
            await _fall_overdue(conn, page, working_days, now=moment)
        if len(page) < AT_ONCE:
            return
        after = page[-1]


async def _fall_overdue(
    conn: asyncpg.Connection, case_ids: list[UUID], working_days: WorkingDays, *, now: datetime
) -> None:
    today = business_date(now)
    await cases.locked_all(conn, case_ids)
    # Read after the locks, so that a report or a repayment they waited for is seen.
    rows = await loans.standing(conn, case_ids)
    steps = [
        _step(row, days, today)
        for row in rows
        if find_move(State(row["state"]), Action.FALL_OVERDUE) is not None
        and row["outstanding_fen"] > 0
        and (days := (today - working_days.add(row["matures_on"], 0)).days) > 0
    ]
    await cases.move_on(conn, steps, now=now)


def _step(row: Row, days: int, today: date) -> Step:
    return Step(
        case=row,
        action=Action.FALL_OVERDUE,
        by=SYSTEM,
        reason=f"贷款于 {row['matures_on']} 到期未还",
        detail={"matures_on": str(row["matures_on"]), "overdue_days": days},
        facts={
            "overdue_days": days,
            "risk_class": row["risk_class"],
            "outstanding_principal_fen": row["outstanding_fen"],
            "as_of": today,
        },
    )

"""Approvals whose capacity is no longer held run out by themselves."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import Action, State, find_move
from services.applications.tables import cases
from shared.clock import business_date
from shared.life_cycle import SYSTEM
from shared.postgres.calendar_overrides import load_working_days
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.published_schemes import terms_on
from shared.schemes.decide.deadlines import filing_deadline
from shared.transitions import Step

AT_ONCE: Final = 500
"""Cases per transaction: short enough to be in nobody's way."""


async def expire_reservations(database: Database, now: Callable[[], datetime]) -> None:
    """Expire every case that was not paid out by the day its capacity was held until. One whose
    pledge is registered may have been: it waits for the time in which the bank may tell of it.

    Found again and decided under lock, so that running it twice, or in two processes, does it
    once.
    """
    while True:
        moment = now()
        async with database.begin(EVERYWHERE) as conn:
            today = business_date(moment)
            due = await cases.whose_capacity_has_run_out(
                conn,
                today=today,
                limit=AT_ONCE,
                still_filed=await _still_filed(conn, today),
            )
            await _expire(conn, due, now=moment)
        if len(due) < AT_ONCE:
            return


async def _still_filed(conn: asyncpg.Connection, today: date) -> list[cases.Hold]:
    """The holds whose last day may still be filed, by the scheme's time for filing."""
    working_days = await load_working_days(conn)
    still = []
    for hold in await cases.paid_out_untold(conn, today=today):
        terms = await terms_on(conn, hold.programme, hold.approved_on, hold.mode)
        if today <= filing_deadline(hold.reserved_until, terms, working_days):
            still.append(hold)
    return still


async def _expire(conn: asyncpg.Connection, case_ids: Sequence[UUID], *, now: datetime) -> None:
    rows = await cases.locked_all(conn, case_ids)
    steps = [
        Step(
            case=row,
            action=Action.EXPIRE,
            by=SYSTEM,
            reason=f"预留额度于 {row['reserved_until']} 到期",
            detail={"reserved_until": str(row["reserved_until"])},
        )
        for row in rows
        if find_move(State(row["state"]), Action.EXPIRE) is not None
    ]
    await cases.move_on(conn, steps, now=now)

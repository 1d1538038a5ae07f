"""Approvals whose capacity is no longer held run out by themselves."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import Action, State, find_move
from services.applications.tables import cases
from shared.clock import business_date
from shared.life_cycle import SYSTEM
from shared.postgres.database import EVERYWHERE, Database
from shared.transitions import Step

AT_ONCE: Final = 500
"""Cases per transaction: short enough to be in nobody's way."""


async def expire_reservations(database: Database, now: Callable[[], datetime]) -> None:
    """Expire every case that was not paid out by the day its capacity was held until.

    Found again and decided under lock, so that running it twice, or in two processes, does it
    once.
    """
    while True:
        moment = now()
        async with database.begin(EVERYWHERE) as conn:
            due = await cases.whose_capacity_has_run_out(
                conn, today=business_date(moment), limit=AT_ONCE
            )
            await _expire(conn, due, now=moment)
        if len(due) < AT_ONCE:
            return


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

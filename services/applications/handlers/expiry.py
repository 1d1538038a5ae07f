"""Approvals whose capacity is no longer held run out by themselves."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import Action, State, find_move
from services.applications.domain.waiting import runs_out_after
from services.applications.handlers.case_in_hand import terms_or_none
from services.applications.tables import cases
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.life_cycle import SYSTEM, Row
from shared.postgres.database import EVERYWHERE, Database
from shared.schemes.terms import Terms
from shared.transitions import Step

AT_ONCE: Final = 500
"""Cases per transaction: short enough to be in nobody's way."""

_Bound = tuple[str, str, date]
"""What binds a case: its programme, mode and day of approval."""


async def expire_reservations(
    database: Database, working_days: WorkingDays, now: Callable[[], datetime]
) -> None:
    """Expire every case that was not paid out by the day its capacity was held until.

    What was paid out on the last day may still be filed the next morning: the programme's term for
    filing passes first. Looked for page by page and decided under lock, so that running it twice,
    or in two processes, does it once.
    """
    after: UUID | None = None
    while True:
        moment = now()
        async with database.begin(EVERYWHERE) as conn:
            page = await cases.whose_capacity_has_run_out(
                conn, today=business_date(moment), after=after, limit=AT_ONCE
            )
            await _expire(conn, page, working_days, now=moment)
        if len(page) < AT_ONCE:
            return
        after = page[-1]


async def _expire(
    conn: asyncpg.Connection, case_ids: Sequence[UUID], working_days: WorkingDays, *, now: datetime
) -> None:
    today = business_date(now)
    rows = await cases.locked_all(conn, case_ids)
    terms = {bound: await terms_or_none(conn, *bound) for bound in {_bound(row) for row in rows}}
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
        and today > _last_day(row, terms, working_days)
    ]
    await cases.move_on(conn, steps, now=now)


def _bound(row: Row) -> _Bound:
    return row["programme"], row["mode"], row["approved_on"]


def _last_day(row: Row, terms: Mapping[_Bound, Terms | None], working_days: WorkingDays) -> date:
    return runs_out_after(
        row["reserved_until"], terms=terms[_bound(row)], working_days=working_days
    )

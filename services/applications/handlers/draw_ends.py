"""Draws end by themselves, with their time or with a claim: what was not drawn is not lent."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import Action, State, find_move
from services.applications.domain.waiting import runs_out_after
from services.applications.handlers.case_in_hand import terms_or_none
from services.applications.tables import cases, draws
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.life_cycle import SYSTEM, Row
from shared.money import format_fen
from shared.postgres.database import EVERYWHERE, Database
from shared.transitions import Step

AT_ONCE: Final = 500
"""Loans per transaction: short enough to be in nobody's way."""


async def end_draws(
    database: Database, working_days: WorkingDays, now: Callable[[], datetime]
) -> None:
    """Close every loan with a part undrawn on the day after the last day for draws.

    What was drawn on the last day may still be filed the next morning: the programme's term for
    filing passes first, as with a reservation. Looked for page by page and decided under lock, so
    that of a draw and the end one comes first and the other finds it done.
    """
    after: UUID | None = None
    while True:
        moment = now()
        async with database.begin(EVERYWHERE) as conn:
            page = await draws.whose_time_is_over(
                conn, today=business_date(moment), after=after, limit=AT_ONCE
            )
            await _end(conn, page, working_days, now=moment)
        if len(page) < AT_ONCE:
            return
        after = page[-1]


async def _end(
    conn: asyncpg.Connection, case_ids: Sequence[UUID], working_days: WorkingDays, *, now: datetime
) -> None:
    today = business_date(now)
    ended = []
    for row in await _with_a_part_undrawn(conn, case_ids):
        terms = await terms_or_none(conn, row["programme"], row["mode"], row["approved_on"])
        if today > runs_out_after(row["draws_until"], terms=terms, working_days=working_days):
            ended.append(row)
    steps = [_step(row, reason=f"提款期于 {row['draws_until']} 届满", on=today) for row in ended]
    await cases.move_on(conn, steps, now=now)


async def end_claimed(conn: asyncpg.Connection, case_ids: Sequence[UUID], *, now: datetime) -> None:
    """Loans whose cover an approved claim has used up are drawn upon no more."""
    rows = await _with_a_part_undrawn(conn, case_ids)
    today = business_date(now)
    steps = [_step(row, reason="补偿申请已获批，不再提款", on=today) for row in rows]
    await cases.move_on(conn, steps, now=now)


async def _with_a_part_undrawn(conn: asyncpg.Connection, case_ids: Sequence[UUID]) -> list[Row]:
    """As they stand once they are locked: a draw that came first may have left nothing."""
    return [
        row
        for row in await cases.locked_all(conn, case_ids)
        if row["drawable_fen"] > 0 and find_move(State(row["state"]), Action.END_DRAWS) is not None
    ]


def _step(row: Row, *, reason: str, on: date) -> Step:
    undrawn_fen = row["drawable_fen"]
    return Step(
        case=row,
        action=Action.END_DRAWS,
        by=SYSTEM,
        reason=reason,
        detail={"undrawn": format_fen(undrawn_fen)},
        changes={"drawable_fen": 0},
        facts={"undrawn_fen": undrawn_fen, "draws_until": row["draws_until"], "on": on},
    )

"""A change of the calendar is proposed, and put in force, refused or withdrawn by a second step."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.calendar_change import (
    LIFE_CYCLE,
    Action,
    CalendarIsForAll,
    Change,
)
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.tables import calendar_changes
from services.risk_pool.tables.calendar_changes import CASES
from shared.auth.identity import Identity
from shared.calendar import CalendarChange
from shared.postgres.calendar_overrides import load_working_days, take_change
from shared.postgres.pools_seen import ALL, pools_of
from shared.refusals import NotFound
from shared.transitions import Step, apply_transition


async def propose(
    conn: asyncpg.Connection,
    *,
    year: int | None,
    days: Sequence[tuple[date, bool]],
    reason: str,
    proposing: StepContext,
) -> int:
    """Keep a change for a second person to approve; the answer is its number.

    Raises RoleMissing, CalendarIsForAll, FieldsWrong.
    """
    move = LIFE_CYCLE.require(None, Action.PROPOSE, proposing.by)
    _require_for_all(proposing)
    change = Change(year=year, days=tuple(days))
    await calendar_changes.hold_calendar(conn)
    change.require_sensible(await load_working_days(conn), today=proposing.today)
    begun: Mapping[str, Any] = {
        "id": uuid7(),
        "number": await calendar_changes.next_number(conn),
        "year": year,
        "days": change.as_data(),
        "reason": reason,
        "proposed_at": proposing.now,
        "proposed_by": proposing.by.subject,
        "proposed_by_name": proposing.by.name,
        "state": move.target,
        "state_since": proposing.now,
    }
    await calendar_changes.insert(conn, begun)
    step = Step(
        case={**begun, "state": None, "version": 0},
        action=Action.PROPOSE,
        by=proposing.by,
        reason=reason,
        detail={"year": year, "days": begun["days"]},
    )
    await apply_transition(conn, CASES, step, now=proposing.now)
    return int(begun["number"])


async def approve(conn: asyncpg.Connection, number: int, approving: StepContext) -> None:
    """A second person approves: from now on everything is counted by it, and what runs anew.

    Raises what `LifeCycle.require` raises, CalendarIsForAll, and FieldsWrong where a day has passed
    or is as it should be meanwhile.
    """
    row = await _locked(conn, number, approving)
    LIFE_CYCLE.require(row, Action.APPROVE, approving.by)
    _require_for_all(approving)
    days = {date.fromisoformat(one["day"]): bool(one["is_working"]) for one in row["days"]}
    change = Change(year=row["year"], days=tuple(days.items()))
    change.require_sensible(await load_working_days(conn), today=approving.today)
    await take_change(
        conn,
        CalendarChange(number=number, days=days, year=row["year"], source=row["reason"]),
        now=approving.now,
    )
    step = Step(
        case=row,
        action=Action.APPROVE,
        by=approving.by,
        detail={"year": row["year"], "days": row["days"]},
        changes={
            "approved_at": approving.now,
            "approved_by": approving.by.subject,
            "approved_by_name": approving.by.name,
        },
        facts={"approved_on": approving.today},
    )
    await apply_transition(conn, CASES, step, now=approving.now)


async def refuse(
    conn: asyncpg.Connection, number: int, refusing: StepContext, *, reason: str
) -> None:
    """The second person does not approve it. Raises what `LifeCycle.require` raises."""
    await _end(conn, number, Action.REFUSE, refusing, reason)


async def withdraw(
    conn: asyncpg.Connection, number: int, withdrawing: StepContext, *, reason: str
) -> None:
    """It is taken back. Raises what `LifeCycle.require` raises."""
    await _end(conn, number, Action.WITHDRAW, withdrawing, reason)


async def _end(
    conn: asyncpg.Connection, number: int, action: Action, ending: StepContext, reason: str
) -> None:
    row = await _locked(conn, number, ending)
    step = Step(case=row, action=action, by=ending.by, reason=reason)
    await apply_transition(conn, CASES, step, now=ending.now)


async def _locked(conn: asyncpg.Connection, number: int, taken_in: StepContext) -> asyncpg.Record:
    row = await calendar_changes.lock(conn, number)
    if row is None:
        raise NotFound("没有该日历变更", "There is no such change of the calendar.")
    taken_in.check_version(row["version"])
    return row


def _require_for_all(context: StepContext) -> None:
    if isinstance(context.by, Identity) and pools_of(context.by.institution) != ALL:
        raise CalendarIsForAll(
            "日历对所有资金池生效，须由所属范围为全部资金池的人员办理。",
            "The calendar holds for every pool; it takes somebody who belongs to all of them.",
        )

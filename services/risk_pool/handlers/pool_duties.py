"""Which pools somebody looks after is proposed, and agreed, refused or withdrawn by a second step."""

from collections.abc import Mapping
from typing import Any

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.pool_duty import LIFE_CYCLE, Action, Duty, DutyIsForAll
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import pool_duties as known
from services.risk_pool.tables import pool_duties
from services.risk_pool.tables.pool_duties import CASES
from shared.auth.identity import Identity
from shared.postgres import people_seen
from shared.postgres import pool_duties as kept
from shared.postgres.pools_seen import ALL, pools_of
from shared.refusals import NotFound
from shared.transitions import Step, apply_transition


async def propose(
    conn: asyncpg.Connection,
    duty: Duty,
    *,
    person_name: str,
    reason: str,
    proposing: StepContext,
) -> int:
    """Keep a duty for a second person to approve; the answer is its number.

    Raises RoleMissing, DutyIsForAll, FieldsWrong.
    """
    move = LIFE_CYCLE.require(None, Action.PROPOSE, proposing.by)
    _require_for_all(proposing)
    duty.require_sensible(
        known=await known.pool_codes(conn),
        by=proposing.by.subject,
        seen_at=await people_seen.institution_of(conn, duty.person),
        today=proposing.today,
    )
    begun: Mapping[str, Any] = {
        "id": uuid7(),
        "number": await pool_duties.next_number(conn),
        "person": duty.person,
        "person_name": person_name,
        "pools": sorted(set(duty.pools)),
        "from_day": duty.from_day,
        "reason": reason,
        "proposed_at": proposing.now,
        "proposed_by": proposing.by.subject,
        "proposed_by_name": proposing.by.name,
        "state": move.target,
        "state_since": proposing.now,
    }
    await pool_duties.insert(conn, begun)
    step = Step(
        case={**begun, "state": None, "version": 0},
        action=Action.PROPOSE,
        by=proposing.by,
        reason=reason,
        detail=_said(begun),
    )
    await apply_transition(conn, CASES, step, now=proposing.now)
    return int(begun["number"])


async def approve(conn: asyncpg.Connection, number: int, approving: StepContext) -> None:
    """A second person agrees: from its day on it narrows what the person sees, in every service.

    Raises what `LifeCycle.require` raises, and DutyIsForAll.
    """
    row = await _locked(conn, number, approving)
    LIFE_CYCLE.require(row, Action.APPROVE, approving.by)
    _require_for_all(approving)
    await kept.keep(
        conn, number=number, person=row["person"], pools=row["pools"], from_day=row["from_day"]
    )
    step = Step(
        case=row,
        action=Action.APPROVE,
        by=approving.by,
        detail=_said(row),
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
    """The second person does not agree. Raises what `LifeCycle.require` raises."""
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
    row = await pool_duties.lock(conn, number)
    if row is None:
        raise NotFound("没有该经办范围", "There is no such duty.")
    taken_in.check_version(row["version"])
    return row


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "person": row["person"],
        "pools": list(row["pools"]),
        "from_day": row["from_day"].isoformat(),
    }


def _require_for_all(context: StepContext) -> None:
    if isinstance(context.by, Identity) and pools_of(context.by.institution) != ALL:
        raise DutyIsForAll(
            "经办范围须由所属范围为全部资金池的人员办理。",
            "Duties are given by somebody who belongs to every pool.",
        )

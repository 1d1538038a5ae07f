"""A fund commits beside a loan, pays, or takes its commitment back."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.co_investment import LIFE_CYCLE, Action, moved_on_faults
from services.applications.handlers.case_in_hand import CaseInHand, locked_case
from services.applications.handlers.paper_references import refer_to
from services.applications.queries import co_investments as known
from services.applications.tables import co_investments as tables
from services.applications.tables.co_investments import CO_INVESTMENTS, NewCommitment
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.papers import PaperNamed
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.transitions import Step, apply_transition

_DAYS: Final = {Action.PAY: "paid_on", Action.WITHDRAW: "withdrawn_on"}
_WHAT: Final = {Action.PAY: "paid", Action.WITHDRAW: "withdrawn"}


async def commit(case: CaseInHand, new: NewCommitment, *, paper: PaperNamed | None) -> UUID:
    """Keep a commitment beside a case. Raises FieldsWrong."""
    move = LIFE_CYCLE.require(None, Action.COMMIT, case.caller)
    if new.committed_on > case.today:
        raise FieldsWrong(
            [FieldFault(("committed_on",), "in-future", "日期晚于今日", "The day lies ahead.")]
        )
    co_investment_id = uuid7()
    document_id = await refer_to(case, paper, place=f"co-investment:{co_investment_id}")
    await tables.insert(
        case.conn, co_investment_id, case.row, new, state=move.target, document_id=document_id,
        by=case.caller, now=case.now,
    )  # fmt: skip
    row = await tables.locked(case.conn, co_investment_id)
    step = Step(
        case={**dict(row), "state": None, "version": 0},
        action=Action.COMMIT,
        by=case.caller,
        facts={"what": "committed", "on": new.committed_on, "reason": ""},
    )
    await apply_transition(case.conn, CO_INVESTMENTS, step, now=case.now)
    return co_investment_id


async def move_on(
    conn: asyncpg.Connection, co_investment_id: UUID, action: Action, *, on: date, reason: str,
    by: Identity, now: datetime,
) -> None:  # fmt: skip
    """It is paid, or taken back. Raises NotFound, FieldsWrong, NotPossibleNow."""
    found = await known.one(conn, co_investment_id, institution=by.institution)
    if found is None:
        raise NotFound(CO_INVESTMENTS.absent.zh, CO_INVESTMENTS.absent.en)
    today = business_date(now)
    await locked_case(conn, found["application_id"], today=today)
    row = await tables.locked(conn, co_investment_id)
    LIFE_CYCLE.require(row, action, by)
    if faults := moved_on_faults(on, committed_on=row["committed_on"], today=today):
        raise FieldsWrong(faults)
    step = Step(
        case=row,
        action=action,
        by=by,
        reason=reason,
        changes={_DAYS[action]: on},
        facts={"what": _WHAT[action], "on": on, "reason": reason},
    )
    await apply_transition(conn, CO_INVESTMENTS, step, now=now)

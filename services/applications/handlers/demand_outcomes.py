"""What time and cases make of demands: days for answers that are over, loans, cases that came to
nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from services.applications.domain.financing_demand import Action, State
from services.applications.tables import demands
from services.applications.tables.demands import DEMANDS, about
from shared.clock import business_date
from shared.contracts.demands import DemandUnansweredV1
from shared.life_cycle import SYSTEM, Row
from shared.messaging import outbox
from shared.postgres.database import EVERYWHERE, Database
from shared.transitions import Step, apply_transition

AT_ONCE: Final = 200
_OUTCOME: Final = {
    Action.LEND: "lent",
    Action.TAKE_BACK: "taken_back",
    Action.REOPEN: "reopened",
}


async def follow(database: Database, now: Callable[[], datetime]) -> None:
    """Move demands on with their cases, and tell the bureau once of each day for answers that is
    over while banks have not answered. Page by page; run again, nothing happens twice."""
    while True:
        moment = now()
        async with database.begin(EVERYWHERE) as conn:
            rows = await demands.whose_case_moved(conn, limit=AT_ONCE)
            for row in rows:
                await apply_transition(conn, DEMANDS, _step(row), now=moment)
        if len(rows) < AT_ONCE:
            break
    while True:
        moment = now()
        async with database.begin(EVERYWHERE) as conn:
            late = await demands.overdue_answers(conn, today=business_date(moment), limit=AT_ONCE)
            for row in late:
                silent = await demands.unanswered(conn, row["id"])
                if silent:
                    told = DemandUnansweredV1(
                        **about(row), bank_code="", answer_by=row["due_on"], banks=tuple(silent)
                    )
                    await outbox.append(conn, [told], now=moment)
        if len(late) < AT_ONCE:
            return


def _step(row: Row) -> Step:
    """The move that a demand's case asks for."""
    action = Action.TAKE_BACK if row["state"] == State.LENT else Action.LEND
    changes = {}
    if action == Action.LEND and not row["lent_fen"]:
        action = Action.REOPEN
        changes = {"matched_bank": None, "application_id": None}
    return Step(
        case=row,
        action=action,
        by=SYSTEM,
        reason=row["case_state"] if action == Action.REOPEN else "",
        detail={"case": row["case_number"]},
        changes=changes,
        facts={
            "bank_code": row["bank_code"], "outcome": _OUTCOME[action],
            "case_number": row["case_number"], "lent_fen": row["lent_fen"], "reason": "",
        },
    )  # fmt: skip

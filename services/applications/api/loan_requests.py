"""What banks have asked of their loans and what still waits for a decision, in one list."""

from datetime import date
from typing import Final, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.applications.api.common import Anyone
from services.applications.domain import life_cycle, loan_change
from services.applications.domain.life_cycle import Action
from services.applications.queries import loans
from services.applications.tables.rows import ApplicationRow
from shared.http.context import CurrentContext

router = APIRouter(tags=["loans"])

_MOST: Final = 100
"""Of each kind; a day's work is far less."""


class LoanRequestAnswer(BaseModel):
    """A later maturity, or a disbursement or a draw to be taken back, that waits."""

    kind: Literal["extension", "restructuring", "undo_disbursement", "undo_filing", "undo_draw"]
    loan_id: UUID
    number: str
    borrower_name: str
    bank_code: str
    pool_code: str
    draw_no: int | None = Field(None, description="Which draw is to be taken back.")
    reason: str
    due_on: date | None = Field(description="By which day the next step is due; none for an undo.")
    pending_actions: list[str] = Field(description="What you may do to it.")


@router.get("/loan-requests")
async def list_requests(caller: Anyone, context: CurrentContext) -> list[LoanRequestAnswer]:
    """Everything that waits; a bank sees its own."""
    async with context.database.reading(caller.institution) as session:
        changes = await loans.undecided_changes(session, limit=_MOST)
        undone = await loans.asked_to_undo(session, limit=_MOST)
    found = [
        _answer(
            row,
            kind=change.kind,
            reason=change.reason,
            due_on=change.due_on,
            pending_actions=loan_change.LIFE_CYCLE.open_to(change.model_dump(), caller),
        )
        for change, row in changes
    ]
    for row in undone:
        may = life_cycle.LIFE_CYCLE.open_to(row.model_dump(), caller)
        undoes = Action.UNDO_DRAW
        if row.undo_draw_no is None:
            undoes = Action.UNDO_DISBURSEMENT if row.paid_out is None else Action.UNDO_FILING
        found.append(
            _answer(
                row,
                kind=undoes,
                draw_no=row.undo_draw_no,
                reason=row.undo_reason or "",
                due_on=None,
                pending_actions=[one for one in may if one == undoes],
            )
        )
    return found


def _answer(row: ApplicationRow, **said: object) -> LoanRequestAnswer:
    case = {
        name: getattr(row, name) for name in ("number", "borrower_name", "bank_code", "pool_code")
    }
    return LoanRequestAnswer.model_validate({"loan_id": row.id, **case, **said})

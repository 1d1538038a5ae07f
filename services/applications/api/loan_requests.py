"""What banks have asked of their loans and what still waits for a decision, in one list."""

from datetime import date
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.applications.api.common import Anyone
from services.applications.domain import life_cycle, loan_change
from services.applications.domain.life_cycle import Action
from services.applications.queries import loans
from services.applications.tables.rows import ApplicationRow, LoanChangeRow
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of

router = APIRouter(tags=["loans"])


class _Place(NamedTuple):
    """Where a request stands in the list."""

    is_undo: bool
    due_on: date | None
    id: UUID


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
async def list_requests(
    caller: Anyone,
    context: CurrentContext,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[LoanRequestAnswer]:
    """Everything that waits: changes by the day on which they are due, then what is to be taken back;
    a bank sees its own."""
    after = _Place(*decode_cursor(cursor, bool, date | None, UUID)) if cursor is not None else None
    undos_after = after.id if after and after.is_undo else None
    found: list[tuple[_Place, LoanRequestAnswer]] = []
    async with context.database.reading(caller.institution) as session:
        if undos_after is None:
            for change, row in await loans.undecided_changes(
                session, after=after and (after.due_on, after.id), limit=limit + 1
            ):
                place = _Place(False, change.due_on, change.id)
                found.append((place, _change(change, row, caller)))
        undos = await loans.asked_to_undo(session, after=undos_after, limit=limit + 1 - len(found))
        found += [(_Place(True, None, row.id), _undo(row, caller)) for row in undos]
    page = page_of(found, limit, lambda each: encode_cursor(*each[0]))
    return Page(items=[answer for _, answer in page.items], next_cursor=page.next_cursor)


def _change(change: LoanChangeRow, row: ApplicationRow, caller: Identity) -> LoanRequestAnswer:
    return _answer(
        row,
        kind=change.kind,
        reason=change.reason,
        due_on=change.due_on,
        pending_actions=loan_change.LIFE_CYCLE.open_to(change.model_dump(), caller),
    )


def _undo(row: ApplicationRow, caller: Identity) -> LoanRequestAnswer:
    may = life_cycle.LIFE_CYCLE.open_to(row.model_dump(), caller)
    undoes = Action.UNDO_DRAW
    if row.undo_draw_no is None:
        undoes = Action.UNDO_DISBURSEMENT if row.paid_out is None else Action.UNDO_FILING
    return _answer(
        row,
        kind=undoes,
        draw_no=row.undo_draw_no,
        reason=row.undo_reason or "",
        due_on=None,
        pending_actions=[one for one in may if one == undoes],
    )


def _answer(row: ApplicationRow, **said: object) -> LoanRequestAnswer:
    case = {
        name: getattr(row, name) for name in ("number", "borrower_name", "bank_code", "pool_code")
    }
    return LoanRequestAnswer.model_validate({"loan_id": row.id, **case, **said})

"""From capacity to loan, and loans to read."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api import presenters
from services.applications.api.common import (
    Anyone,
    BankOperator,
    Cursor,
    Limit,
    PlainCode,
    move,
    on_case,
    unmoved,
)
from services.applications.api.requests import DisbursementBody, Month, PledgeBody, ReasonBody
from services.applications.api.responses import LoanAnswer, MovedAnswer
from services.applications.domain.life_cycle import LIFE_CYCLE, Action, State
from services.applications.handlers import disbursing, undoing
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.queries import loans
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer
from shared.http.pages import Page, decode_cursor, encode_cursor
from shared.http.part_in import part_in

router = APIRouter(tags=["loans"])

Pledger = Annotated[Identity, part_in(LIFE_CYCLE, Action.REGISTER_PLEDGE)]
Lender = Annotated[Identity, part_in(LIFE_CYCLE, Action.DISBURSE)]
Undoer = Annotated[Identity, part_in(LIFE_CYCLE, Action.UNDO_DISBURSEMENT)]


@router.post("/applications/{case_id}/pledge-registration", response_model=MovedAnswer)
async def register_pledge(
    case_id: UUID, body: PledgeBody, request: Request, caller: Pledger, context: CurrentContext
) -> Response:
    """Every right of the case stands in its register of pledges."""
    step = partial(disbursing.register_pledge, registrations=body.as_registrations())
    return await move(request, caller, context, case_id, step)


@router.post("/applications/{case_id}/disbursement", response_model=MovedAnswer)
async def disburse(
    case_id: UUID, body: DisbursementBody, request: Request, caller: Lender,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """The loan was paid out: the capacity held for it becomes exposure."""
    step = partial(disbursing.disburse, paid=body.as_disbursement())
    return await move(request, caller, context, case_id, step, keeps_forever=True)


@router.post("/applications/{case_id}/undo-disbursement/request", response_model=MovedAnswer)
async def ask_to_undo_disbursement(
    case_id: UUID, body: ReasonBody, request: Request, caller: BankOperator,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """Nothing was paid out, or the loan was not to be filed: ask for the disbursement, or the filing,
    to be undone. A bank_checker or a reviewer confirms; until then the loan stays what it is."""

    async def work(case: CaseInHand) -> Answer:
        await undoing.ask_to_undo(case, reason=body.reason)
        return unmoved(case)

    return await on_case(request, caller, context, case_id, work)


@router.post("/applications/{case_id}/undo-disbursement", response_model=MovedAnswer)
async def undo_disbursement(
    case_id: UUID, request: Request, caller: Undoer, context: CurrentContext
) -> Response:
    """Confirm, as another person than who asked, that nothing was paid out: the case is pledged
    again as long as its capacity is held. A loan that was filed after it was paid out is taken out
    of the pool: the case is withdrawn, and its rights and its room are free."""
    return await move(request, caller, context, case_id, undoing.undo, keeps_forever=True)


@router.get("/loans")
async def list_loans(
    caller: Anyone,
    context: CurrentContext,
    pool: PlainCode = None,
    bank: PlainCode = None,
    state: Annotated[list[State], Query()] = [],  # noqa: B006 (FastAPI copies it)
    loan_no: Annotated[str | None, Query(max_length=64, pattern=r"^[^\u0000]*$")] = None,
    unreported: Annotated[
        Month | None, Query(description="Only loans that lack their position of this month.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[LoanAnswer]:
    """Loans you may see, the oldest first."""
    after = decode_cursor(cursor, UUID)[0] if cursor else None
    async with context.database.reading(caller.institution) as session:
        rows = await loans.loans(
            session,
            own=caller.bank,
            pool_code=pool,
            bank_code=bank,
            state=state,
            loan_no=loan_no,
            unreported=unreported,
            after=after,
            limit=limit + 1,
        )
    return Page(
        items=[presenters.loan_answer(loan, row) for loan, row in rows[:limit]],
        next_cursor=encode_cursor(rows[limit - 1][1].id) if len(rows) > limit else None,
    )


@router.get("/loans/{loan_id}")
async def read_loan(
    loan_id: UUID, caller: Anyone, context: CurrentContext, response: Response
) -> LoanAnswer:
    """A loan where it stands by its last report."""
    async with context.database.reading(caller.institution) as session:
        loan, row = await loans.loan(session, loan_id)
    response.headers["ETag"] = etag(row.version)
    return presenters.loan_answer(loan, row)

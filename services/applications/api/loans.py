"""From capacity to loan, and the loan's positions month by month."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api import presenters
from services.applications.api.cases import PlainCode
from services.applications.api.common import (
    Anyone,
    BankOperator,
    Cursor,
    Limit,
    on_case,
)
from services.applications.api.requests import DisbursementBody, Month, PledgeBody, PositionsBody
from services.applications.api.responses import (
    LoanAnswer,
    MovedAnswer,
    PositionAnswer,
    PositionsAnswer,
)
from services.applications.domain.life_cycle import State
from services.applications.handlers import disbursing, reporting
from services.applications.handlers.decisions import Desk
from services.applications.queries import cases
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor

router = APIRouter(tags=["loans"])


@router.post("/applications/{case_id}/pledge-registration", response_model=MovedAnswer)
async def register_pledge(
    case_id: UUID, body: PledgeBody, request: Request, caller: BankOperator, context: CurrentContext
) -> Response:
    """Every right of the case stands in its register of pledges."""

    async def work(row: asyncpg.Record, desk: Desk) -> Answer:
        return await disbursing.register_pledge(row, body, desk)

    return await on_case(request, caller, context, case_id, work)


@router.post("/applications/{case_id}/disbursement", response_model=MovedAnswer)
async def disburse(
    case_id: UUID,
    body: DisbursementBody,
    request: Request,
    caller: BankOperator,
    context: CurrentContext,
) -> Response:
    """The loan was paid out: the capacity held for it becomes exposure."""

    async def work(row: asyncpg.Record, desk: Desk) -> Answer:
        return await disbursing.disburse(row, body, desk)

    return await on_case(request, caller, context, case_id, work, keeps_forever=True)


@router.post("/positions", response_model=PositionsAnswer)
async def report_positions(
    body: PositionsBody, request: Request, caller: BankOperator, context: CurrentContext
) -> Response:
    """Report where up to 1,000 loans stood at a month's end. Every row gets its own verdict; rows
    that are wrong do not stop the others. A second report of a month is kept as a new version."""

    async def work(conn: asyncpg.Connection) -> Answer:
        return await reporting.report(body, caller=caller, conn=conn, now=context.clock.now())

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/loans")
async def list_loans(
    caller: Anyone,
    context: CurrentContext,
    pool: PlainCode = None,
    bank: PlainCode = None,
    state: Annotated[list[State], Query()] = [],  # noqa: B006 (FastAPI copies it)
    loan_no: Annotated[str | None, Query(max_length=64, pattern=r"^[^\u0000]*$")] = None,
    unreported: Annotated[
        Month | None, Query(description="Only loans with no position of this month or a later one.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[LoanAnswer]:
    """Loans you may see, the oldest first."""
    after = decode_cursor(cursor, UUID)[0] if cursor else None
    async with context.database.reading(caller.institution) as session:
        rows = await cases.loans(
            session,
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
        loan, row = await cases.loan(session, loan_id)
    response.headers["ETag"] = etag(row.version)
    return presenters.loan_answer(loan, row)


@router.get("/loans/{loan_id}/positions")
async def list_positions(
    loan_id: UUID,
    caller: Anyone,
    context: CurrentContext,
    month: Annotated[Month | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PositionAnswer]:
    """What was reported of a loan and when: every month, every version."""
    after = decode_cursor(cursor, str, int) if cursor else None
    async with context.database.reading(caller.institution) as session:
        await cases.loan(session, loan_id)
        rows = await cases.positions(
            session,
            loan_id,
            month=month,
            after=after,
            limit=limit + 1,
        )
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=[presenters.position(row) for row in rows[:limit]],
        next_cursor=encode_cursor(last.month, last.version) if last else None,
    )

"""Banks submit, mend and take back their cases."""

from uuid import UUID

import asyncpg
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import BankOperator, on_case
from services.applications.api.requests import SubmissionBody, WithdrawalBody
from services.applications.api.responses import MovedAnswer, SubmissionAnswer
from services.applications.handlers import decisions, submission
from services.applications.handlers.decisions import Desk
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently

router = APIRouter(tags=["applications"])

TRIES = 5
"""How often a case is looked at again whose rights another case took in the same moment."""


@router.post("/applications", status_code=201, response_model=SubmissionAnswer)
async def submit(
    body: SubmissionBody, request: Request, caller: BankOperator, context: CurrentContext
) -> Response:
    """Submit a case. 201 either way: `state` says whether it is accepted into the queue or
    returned for correction, `findings` lists everything that is to be mended, at once."""
    number = await submission.number_for(context.database, body, now=context.clock.now())

    async def work(conn: asyncpg.Connection) -> Answer:
        return await submission.submit(
            body,
            number=number,
            caller=caller,
            conn=conn,
            working_days=context.working_days,
            now=context.clock.now(),
        )

    for tries_left in reversed(range(TRIES)):
        try:
            return await idempotently(request, caller, context.database, work)
        except submission.RightTakenMeanwhile:
            if not tries_left:
                raise
    raise AssertionError("the last try answers or raises")


@router.post("/applications/{case_id}/resubmit", response_model=SubmissionAnswer)
async def resubmit(
    case_id: UUID,
    body: SubmissionBody,
    request: Request,
    caller: BankOperator,
    context: CurrentContext,
) -> Response:
    """Submit a returned case again, complete and mended; what was submitted before is kept."""

    async def work(row: asyncpg.Record, desk: Desk) -> Answer:
        return await submission.resubmit(
            case_id,
            row,
            body,
            caller=caller,
            conn=desk.conn,
            working_days=desk.working_days,
            now=desk.now,
        )

    for tries_left in reversed(range(TRIES)):
        try:
            return await on_case(request, caller, context, case_id, work)
        except submission.RightTakenMeanwhile:
            if not tries_left:
                raise
    raise AssertionError("the last try answers or raises")


@router.post("/applications/{case_id}/withdraw", response_model=MovedAnswer)
async def withdraw(
    case_id: UUID,
    body: WithdrawalBody,
    request: Request,
    caller: BankOperator,
    context: CurrentContext,
) -> Response:
    """Take a case back, up to the day it is paid out."""

    async def work(row: asyncpg.Record, desk: Desk) -> Answer:
        return await decisions.withdraw(row, desk, reason=body.reason)

    return await on_case(request, caller, context, case_id, work)

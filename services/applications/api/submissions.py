"""Banks submit, mend and take back their cases."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import move, on_case
from services.applications.api.lanes import lane_of
from services.applications.api.requests import SubmissionBody, WithdrawalBody
from services.applications.api.responses import MovedAnswer, SubmissionAnswer
from services.applications.api.submission_answers import as_answer
from services.applications.domain.life_cycle import LIFE_CYCLE, Action
from services.applications.handlers import decisions, demands, submission
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.handlers.submitting_together import AskedToSubmit
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.context import CurrentContext, context_of
from shared.http.idempotency import Answer, idempotently, use_of
from shared.http.part_in import part_in
from shared.observability.tracing import current_traceparent
from shared.together import Alone

router = APIRouter(tags=["applications"])

Submitter = Annotated[Identity, part_in(LIFE_CYCLE, Action.SUBMIT)]
Mender = Annotated[Identity, part_in(LIFE_CYCLE, Action.RESUBMIT)]
Amender = Annotated[Identity, part_in(LIFE_CYCLE, Action.AMEND)]
Withdrawer = Annotated[Identity, part_in(LIFE_CYCLE, Action.WITHDRAW)]

TRIES = 5
"""How often a case is looked at again whose rights another case took in the same moment."""


@router.post("/applications", status_code=201, response_model=SubmissionAnswer)
async def submit(
    body: SubmissionBody,
    request: Request,
    caller: Submitter,
    demand: Annotated[
        UUID | None, Query(description="The financing demand of the firm that this case answers.")
    ] = None,
) -> Response:
    """Submit a case. 201 either way: `state` says whether it is accepted into the queue or
    returned for correction, `findings` lists everything that is to be mended, at once."""
    context = context_of(request)
    submitted = body.as_submission()
    number = await submission.number_for(
        context.database, submitted.pool_code, now=context.clock.now()
    )
    lane = lane_of(context, caller)
    if demand is None and submitted.renews is None and submitted.paid_out is None:
        asked = AskedToSubmit(
            submission=submitted,
            number=number,
            caller=caller,
            key=await use_of(request, caller),
            cause=current_traceparent(),
        )
        with suppress(Alone):
            return await lane.ask(asked, takes=asked.takes)

    async def work(conn: asyncpg.Connection) -> Answer:
        case = submission.new_case(
            submitted,
            number=number,
            conn=conn,
            caller=caller,
            working_days=context.working_days,
            now=context.clock.now(),
        )
        if demand is not None:
            await demands.must_await_case(conn, demand, uscc=submitted.borrower.uscc, by=caller)
        filed = await submission.submit(case, submitted)
        if demand is not None:
            await demands.link(conn, demand, filed.id, by=caller, now=case.now)
        return as_answer(201, filed)

    return await lane.by_itself(
        until_its_rights_are_known(lambda: idempotently(request, caller, context.database, work))
    )


@router.post("/applications/{case_id}/resubmit", response_model=SubmissionAnswer)
async def resubmit(
    case_id: UUID,
    body: SubmissionBody,
    request: Request,
    caller: Mender,
    context: CurrentContext,
) -> Response:
    """Submit a returned case again, complete and mended; what was submitted before is kept."""
    return await _hand_in_again(request, caller, context, case_id, body, Action.RESUBMIT)


@router.post("/applications/{case_id}/amend", response_model=SubmissionAnswer)
async def amend(
    case_id: UUID,
    body: SubmissionBody,
    request: Request,
    caller: Amender,
    context: CurrentContext,
) -> Response:
    """Amend a case that waits in the queue and that nobody has taken yet: the whole application as
    it is to be. It becomes a new revision and is checked again; with anything against it, it comes
    back for correction. What was submitted before is kept (`GET /applications/{id}/revisions`).
    The time for its review begins anew. A returned case is submitted again by `resubmit`."""
    return await _hand_in_again(request, caller, context, case_id, body, Action.AMEND)


async def _hand_in_again(
    request: Request, caller: Identity, context: Context, case_id: UUID, body: SubmissionBody,
    action: Action,
) -> Response:  # fmt: skip
    submitted = body.as_submission()

    async def work(case: CaseInHand) -> Answer:
        return as_answer(200, await submission.submit(case, submitted, action=action))

    return await until_its_rights_are_known(
        lambda: on_case(request, caller, context, case_id, work)
    )


async def until_its_rights_are_known(answer: Callable[[], Awaitable[Response]]) -> Response:
    """Try again where another case has taken one of the rights since they were looked at."""
    for tries_left in reversed(range(TRIES)):
        try:
            return await answer()
        except submission.RightTakenMeanwhile:
            if not tries_left:
                raise
    raise AssertionError("the last try answers or raises")


@router.post("/applications/{case_id}/withdraw", response_model=MovedAnswer)
async def withdraw(
    case_id: UUID,
    body: WithdrawalBody,
    request: Request,
    caller: Withdrawer,
    context: CurrentContext,
) -> Response:
    """Take a case back, up to the day it is paid out."""
    step = partial(decisions.withdraw, reason=body.reason)
    return await move(request, caller, context, case_id, step)

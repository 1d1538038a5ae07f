"""Reviewers take cases and recommend; a second person decides, and a third signs where it needs it."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import move
from services.applications.api.requests import (
    ApprovalBody,
    CountersignatureBody,
    ReasonBody,
    RecommendationBody,
    as_lists,
)
from services.applications.api.responses import MovedAnswer
from services.applications.api.return_requests import ReturnBody
from services.applications.domain.life_cycle import LIFE_CYCLE, Action
from services.applications.handlers import approving, decisions
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.part_in import part_in

router = APIRouter(tags=["reviews"])

Taker = Annotated[Identity, part_in(LIFE_CYCLE, Action.TAKE)]
Releaser = Annotated[Identity, part_in(LIFE_CYCLE, Action.RELEASE)]
Recommender = Annotated[Identity, part_in(LIFE_CYCLE, Action.RECOMMEND)]
Withdrawer = Annotated[Identity, part_in(LIFE_CYCLE, Action.WITHDRAW_OPINION)]
Returner = Annotated[Identity, part_in(LIFE_CYCLE, Action.RETURN)]
Rejecter = Annotated[Identity, part_in(LIFE_CYCLE, Action.REJECT)]
Approver = Annotated[Identity, part_in(LIFE_CYCLE, Action.APPROVE, Action.PASS_ON)]
Countersigner = Annotated[Identity, part_in(LIFE_CYCLE, Action.COUNTERSIGN)]
SignatureRefuser = Annotated[Identity, part_in(LIFE_CYCLE, Action.REFUSE_SIGNATURE)]
Closer = Annotated[Identity, part_in(LIFE_CYCLE, Action.CLOSE)]


@router.post("/applications/{case_id}/take", response_model=MovedAnswer)
async def take(case_id: UUID, request: Request, caller: Taker, context: CurrentContext) -> Response:
    """Take a case from the queue."""
    return await move(request, caller, context, case_id, decisions.take)


@router.post("/applications/{case_id}/release", response_model=MovedAnswer)
async def release(
    case_id: UUID, request: Request, caller: Releaser, context: CurrentContext
) -> Response:
    """Put a case that you have taken back into the queue."""
    return await move(request, caller, context, case_id, decisions.release)


@router.post("/applications/{case_id}/recommend", response_model=MovedAnswer)
async def recommend(
    case_id: UUID, body: RecommendationBody, request: Request, caller: Recommender,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """Recommend a case that you have taken, with conditions if there are any; another person
    decides. Of a loan that is filed after it was paid out you say what its papers show."""
    step = partial(
        decisions.recommend,
        opinion=body.opinion,
        conditions=body.conditions,
        seen=body.paid_out_seen.as_seen() if body.paid_out_seen else None,
    )
    return await move(request, caller, context, case_id, step)


@router.post("/applications/{case_id}/withdraw-opinion", response_model=MovedAnswer)
async def withdraw_opinion(
    case_id: UUID, body: ReasonBody, request: Request, caller: Withdrawer, context: CurrentContext
) -> Response:
    """Take your own opinion back while nobody has decided on it; you review on, in the time that
    was left."""
    step = partial(decisions.withdraw_opinion, reason=body.reason)
    return await move(request, caller, context, case_id, step)


@router.post("/applications/{case_id}/return", response_model=MovedAnswer)
async def give_back(
    case_id: UUID, body: ReturnBody, request: Request, caller: Returner, context: CurrentContext
) -> Response:
    """Return a case to its bank with everything that is to be mended. A second return says why that
    was not said the first time."""
    step = partial(
        decisions.give_back, reasons=body.as_told(), why_not_before=body.why_not_before or ""
    )
    return await move(request, caller, context, case_id, step)


@router.post("/applications/{case_id}/reject", response_model=MovedAnswer)
async def reject(
    case_id: UUID, body: ReasonBody, request: Request, caller: Rejecter, context: CurrentContext
) -> Response:
    """Refuse a case for good."""
    step = partial(decisions.reject, reason=body.reason)
    return await move(request, caller, context, case_id, step)


@router.post("/applications/{case_id}/approve", response_model=MovedAnswer)
async def approve(
    case_id: UUID, body: ApprovalBody, request: Request, caller: Approver, context: CurrentContext
) -> Response:
    """Approve a case that another person has recommended, the whole amount or a part of it; the
    pool then reserves capacity for that. Where the programme's level of the amount asks for a
    further signature, the case waits for it; where it asks for a joint meeting, one must have
    approved the case before."""
    step = partial(
        approving.approve,
        opinion=body.opinion,
        lists_checked=body.as_lists(),
        part=body.as_part(),
        conditions=body.conditions,
    )
    return await move(request, caller, context, case_id, step)


@router.post("/applications/{case_id}/countersign", response_model=MovedAnswer)
async def countersign(
    case_id: UUID, body: CountersignatureBody, request: Request, caller: Countersigner,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """Sign an approval of an amount that needs it, in the role that the level names and as a third
    person: what the approver has decided holds."""
    step = partial(
        approving.countersign, opinion=body.opinion, lists_checked=as_lists(body.lists_checked)
    )
    return await move(request, caller, context, case_id, step)


@router.post("/applications/{case_id}/refuse-signature", response_model=MovedAnswer)
async def refuse_signature(
    case_id: UUID, body: ReasonBody, request: Request, caller: SignatureRefuser,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """Do not sign: the case is reviewed again, and neither opinion counts any more."""
    step = partial(approving.refuse_signature, reason=body.reason)
    return await move(request, caller, context, case_id, step)


@router.post("/applications/{case_id}/close", response_model=MovedAnswer)
async def close(
    case_id: UUID, body: ReasonBody, request: Request, caller: Closer, context: CurrentContext
) -> Response:
    """Close a case: its bank once a repaid loan's pledge is cancelled, an approver once nothing
    more will be recovered of a compensated one."""
    step = partial(decisions.close, reason=body.reason)
    return await move(request, caller, context, case_id, step)

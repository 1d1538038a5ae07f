"""Reviewers take cases and recommend; a second person decides."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import on_case
from services.applications.api.requests import OpinionBody, ReasonBody, ReturnBody
from services.applications.api.responses import MovedAnswer
from services.applications.handlers import decisions
from services.applications.handlers.decisions import Desk
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer

router = APIRouter(tags=["reviews"])

Reviewer = Annotated[Identity, Depends(requires("reviewer"))]
Approver = Annotated[Identity, Depends(requires("approver"))]
Decider = Annotated[Identity, Depends(requires("reviewer", "approver"))]
Closer = Annotated[Identity, Depends(requires("bank_operator", "approver"))]


@router.post("/applications/{case_id}/take", response_model=MovedAnswer)
async def take(
    case_id: UUID, request: Request, caller: Reviewer, context: CurrentContext
) -> Response:
    """Take a case from the queue."""
    return await on_case(request, caller, context, case_id, decisions.take)


@router.post("/applications/{case_id}/release", response_model=MovedAnswer)
async def release(
    case_id: UUID, request: Request, caller: Reviewer, context: CurrentContext
) -> Response:
    """Put a case that you have taken back into the queue."""
    return await on_case(request, caller, context, case_id, decisions.release)


@router.post("/applications/{case_id}/recommend", response_model=MovedAnswer)
async def recommend(
    case_id: UUID, body: OpinionBody, request: Request, caller: Reviewer, context: CurrentContext
) -> Response:
    """Recommend a case that you have taken; another person decides."""

    async def work(row: asyncpg.Record, desk: Desk) -> Answer:
        return await decisions.recommend(row, desk, opinion=body.opinion)

    return await on_case(request, caller, context, case_id, work)


@router.post("/applications/{case_id}/return", response_model=MovedAnswer)
async def give_back(
    case_id: UUID, body: ReturnBody, request: Request, caller: Decider, context: CurrentContext
) -> Response:
    """Return a case to its bank with everything that is to be mended."""

    async def work(row: asyncpg.Record, desk: Desk) -> Answer:
        return await decisions.give_back(row, desk, reasons=body.reasons)

    return await on_case(request, caller, context, case_id, work)


@router.post("/applications/{case_id}/reject", response_model=MovedAnswer)
async def reject(
    case_id: UUID, body: ReasonBody, request: Request, caller: Decider, context: CurrentContext
) -> Response:
    """Refuse a case for good."""

    async def work(row: asyncpg.Record, desk: Desk) -> Answer:
        return await decisions.reject(row, desk, reason=body.reason)

    return await on_case(request, caller, context, case_id, work)


@router.post("/applications/{case_id}/approve", response_model=MovedAnswer)
async def approve(
    case_id: UUID, body: OpinionBody, request: Request, caller: Approver, context: CurrentContext
) -> Response:
    """Approve a case that another person has recommended; the pool then reserves capacity."""

    async def work(row: asyncpg.Record, desk: Desk) -> Answer:
        return await decisions.approve(row, desk, opinion=body.opinion)

    return await on_case(request, caller, context, case_id, work)


@router.post("/applications/{case_id}/close", response_model=MovedAnswer)
async def close(
    case_id: UUID, body: ReasonBody, request: Request, caller: Closer, context: CurrentContext
) -> Response:
    """Close a case: its bank once a repaid loan's pledge is cancelled, an approver once nothing
    more will be recovered of a compensated one."""

    async def work(row: asyncpg.Record, desk: Desk) -> Answer:
        return await decisions.close(row, desk, reason=body.reason)

    return await on_case(request, caller, context, case_id, work)

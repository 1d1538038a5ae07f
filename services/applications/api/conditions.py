"""Conditions of an approval: read, said to be met, confirmed, refused."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Anyone, on_case, unmoved
from services.applications.api.requests import ReasonBody, WrittenBody
from services.applications.api.responses import MovedAnswer
from services.applications.handlers import conditions as handler
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.queries import cases, desk
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer
from shared.http.pages import Page
from shared.postgres.database import EVERYWHERE

router = APIRouter(tags=["reviews"])

Answerer = Annotated[Identity, Depends(requires("bank_operator", "reviewer"))]
Confirmer = Annotated[Identity, Depends(requires("reviewer"))]
No = Annotated[int, Path(ge=1, le=10_000)]


class ConditionAnswer(BaseModel):
    """A condition, and how it stands. Open: nobody has said that it is met, or what was said was
    refused; answered: a reviewer is to confirm."""

    model_config = ConfigDict(from_attributes=True)

    condition_no: int
    text: str
    entered_name: str
    entered_at: datetime
    answer: str
    document_id: UUID | None
    answered_name: str | None
    answered_at: datetime | None
    refused_reason: str = Field(description="Why the last answer did not do.")
    confirmed_name: str | None
    confirmed_at: datetime | None


class MetBody(WrittenBody):
    """By what a condition is met: words, and a stored paper if there is one."""


@router.get("/applications/{case_id}/conditions")
async def list_conditions(
    case_id: UUID, caller: Anyone, context: CurrentContext
) -> Page[ConditionAnswer]:
    """What is to be met before the loan is paid out; its bank sees it once the case is approved."""
    async with context.database.reading(caller.institution) as session:
        case = await cases.case(session, case_id)
        is_told = caller.institution == EVERYWHERE or case.approved_on is not None
        rows = await desk.conditions(session, case_id) if is_told else ()
    return Page(items=[ConditionAnswer.model_validate(row) for row in rows], next_cursor=None)


@router.post("/applications/{case_id}/conditions/{condition_no}/meet", response_model=MovedAnswer)
async def meet_condition(
    case_id: UUID, condition_no: No, body: MetBody, request: Request, caller: Answerer,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """Say by what a condition is met; a reviewer, another person, confirms it."""

    async def work(case: CaseInHand) -> Answer:
        await handler.answer(case, condition_no, text=body.text, paper=body.paper())
        return unmoved(case)

    return await on_case(request, caller, context, case_id, work)


@router.post(
    "/applications/{case_id}/conditions/{condition_no}/confirm", response_model=MovedAnswer
)
async def confirm_condition(
    case_id: UUID, condition_no: No, request: Request, caller: Confirmer, context: CurrentContext
) -> Response:
    """A condition is met. Once all are, the bank may pay out."""

    async def work(case: CaseInHand) -> Answer:
        await handler.confirm(case, condition_no)
        return unmoved(case)

    return await on_case(request, caller, context, case_id, work)


@router.post("/applications/{case_id}/conditions/{condition_no}/refuse", response_model=MovedAnswer)
async def refuse_condition(
    case_id: UUID, condition_no: No, body: ReasonBody, request: Request, caller: Confirmer,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """A condition is not met by what was said; the bank answers again."""

    async def work(case: CaseInHand) -> Answer:
        await handler.refuse(case, condition_no, reason=body.reason)
        return unmoved(case)

    return await on_case(request, caller, context, case_id, work)

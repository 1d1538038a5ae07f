"""Templates of opinions, by pool and step: a manager keeps them, reviewers and approvers begin with
their words."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import PlainCode
from services.applications.api.desk import Bureau, Manager
from services.applications.api.requests import Code
from services.applications.domain.opinion_words import EXAMPLE, filled, word_faults
from services.applications.queries import cases, desk
from services.applications.queries.opinion_words import on_case
from services.applications.tables import opinion_templates as templates
from services.applications.tables.desk_rows import OpinionTemplateRow
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.http.requests import LongText, RequestBody, ShortText
from shared.refusals import FieldsWrong, NotFound

router = APIRouter(tags=["desk"])

StepOfOpinion = Literal["recommend", "approve", "return", "reject"]


class TemplateChange(RequestBody):
    """Words for an opinion, and what they are called."""

    title: ShortText = Field(examples=["材料齐全"])
    text: LongText = Field(
        examples=["{企业}材料齐全，权属清晰，评估在有效期内，建议批准 {金额}。"],
        description="Placeholders are filled from the case: {企业} {firm}, {银行} {bank}, {金额} "
        "{amount}, {编号} {number}, {期限} {months} of the loan, {天数} {days} since it was submitted. "
        "An unknown one is refused.",
    )


class TemplateBody(TemplateChange):
    """Words for the opinions of a step, in a pool or in all of them."""

    pool_code: Code | None = Field(None, description="In all pools, where left out.")
    step: StepOfOpinion


class PreviewBody(RequestBody):
    """Words to be looked at, on a case or on an example."""

    text: LongText
    case: UUID | None = None


class PreviewAnswer(BaseModel):
    """The words as they would begin an opinion."""

    text: str


class TemplateAnswer(BaseModel):
    """Words for an opinion."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    pool_code: str = Field(description='"" for all pools.')
    step: StepOfOpinion
    title: str
    text: str
    changed_name: str
    changed_at: datetime
    removed_at: datetime | None


@router.get("/opinion-templates")
async def list_templates(
    caller: Bureau, context: CurrentContext, pool: PlainCode = None
) -> Page[TemplateAnswer]:
    """What is offered: all of it, or that of a pool with what is for all pools."""
    async with context.database.reading(caller.institution) as session:
        rows = await desk.opinion_templates(session, pool_code=pool)
    return Page(items=[TemplateAnswer.model_validate(row) for row in rows], next_cursor=None)


@router.get("/applications/{case_id}/opinion-templates")
async def list_filled(
    case_id: UUID, caller: Bureau, context: CurrentContext
) -> Page[TemplateAnswer]:
    """What is offered for a case of its pool, with every placeholder filled from the case."""
    today = business_date(context.clock.now())
    async with context.database.reading(caller.institution) as session:
        case = await cases.case(session, case_id)
        on = await on_case(session, case, today=today)
        rows = await desk.opinion_templates(session, pool_code=case.pool_code)
    items = [TemplateAnswer.model_validate(row) for row in rows]
    return Page(
        items=[one.model_copy(update={"text": filled(one.text, on)}) for one in items],
        next_cursor=None,
    )


@router.post("/opinion-templates/preview", response_model=PreviewAnswer)
async def preview(body: PreviewBody, caller: Manager, context: CurrentContext) -> PreviewAnswer:
    """How words look once their placeholders are filled, on a case or on an example; nothing is
    kept."""
    if faults := word_faults(body.text):
        raise FieldsWrong(faults)
    on = EXAMPLE
    if body.case is not None:
        today = business_date(context.clock.now())
        async with context.database.reading(caller.institution) as session:
            on = await on_case(session, await cases.case(session, body.case), today=today)
    return PreviewAnswer(text=filled(body.text, on))


@router.post("/opinion-templates", status_code=201, response_model=TemplateAnswer)
async def add_template(
    body: TemplateBody, request: Request, caller: Manager, context: CurrentContext
) -> Response:
    """Offer further words."""

    async def work(conn: asyncpg.Connection) -> UUID | None:
        _must_be_fillable(body.text)
        return await templates.add_template(
            conn, pool_code=body.pool_code or "", step=body.step, title=body.title, text=body.text,
            by=caller, now=context.clock.now(),
        )  # fmt: skip

    return await _answered(request, caller, context, work, status=201)


@router.post("/opinion-templates/{template_id}/change", response_model=TemplateAnswer)
async def change_template(
    template_id: UUID, body: TemplateChange, request: Request, caller: Manager,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """Offer other words in their place; opinions that were given keep theirs."""

    async def work(conn: asyncpg.Connection) -> UUID | None:
        _must_be_fillable(body.text)
        done = await templates.change_template(
            conn, template_id, title=body.title, text=body.text, by=caller, now=context.clock.now()
        )
        return template_id if done else None

    return await _answered(request, caller, context, work)


@router.post("/opinion-templates/{template_id}/remove", response_model=TemplateAnswer)
async def remove_template(
    template_id: UUID, request: Request, caller: Manager, context: CurrentContext
) -> Response:
    """Offer them no more."""

    async def work(conn: asyncpg.Connection) -> UUID | None:
        now = context.clock.now()
        done = await templates.remove_template(conn, template_id, by=caller, now=now)
        return template_id if done else None

    return await _answered(request, caller, context, work)


def _must_be_fillable(text: str) -> None:
    if faults := word_faults(text):
        raise FieldsWrong(faults)


async def _answered(
    request: Request, caller: Identity, context: Context,
    work: Callable[[asyncpg.Connection], Awaitable[UUID | None]], *, status: int = 200,
) -> Response:  # fmt: skip
    async def inside(conn: asyncpg.Connection) -> Answer:
        template_id = await work(conn)
        row = template_id and await templates.template_named(conn, template_id)
        if not row:
            raise NotFound("没有这个意见模板", "There is no such template.")
        return Answer(status, TemplateAnswer.model_validate(OpinionTemplateRow(**dict(row))))

    return await idempotently(request, caller, context.database, inside)

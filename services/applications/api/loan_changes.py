"""Extensions and restructurings of loans: asked for, recommended, decided, and read."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Anyone, on_case
from services.applications.api.requests import DocumentBody, OpinionBody
from services.applications.api.right_requests import Day
from services.applications.domain.loan_change import LIFE_CYCLE, Action, Change, Kind, State
from services.applications.handlers import loan_changes
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.queries import loans
from services.applications.tables.rows import LoanChangeRow
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.http.part_in import part_in
from shared.http.requests import LongText, RequestBody
from shared.life_cycle import Row
from shared.transitions import Transition

router = APIRouter(tags=["loans"])

Requester = Annotated[Identity, part_in(LIFE_CYCLE, Action.REQUEST)]
Recommender = Annotated[Identity, part_in(LIFE_CYCLE, Action.RECOMMEND)]
Approver = Annotated[Identity, part_in(LIFE_CYCLE, Action.APPROVE)]
Refuser = Annotated[Identity, part_in(LIFE_CYCLE, Action.REFUSE)]


class LoanChangeBody(RequestBody):
    """A new maturity, why, by what plan it is repaid, and the papers of the agreement."""

    kind: Kind
    matures_on: Day
    reason: LongText = Field(examples=["回款周期延长"])
    plan: LongText = Field(examples=["展期六个月，按月付息，到期还本"])
    papers: Annotated[list[DocumentBody], Field(min_length=1, max_length=20)]

    def as_change(self) -> Change:
        """What is asked for, without its papers."""
        return Change(
            kind=self.kind, matures_on=self.matures_on, reason=self.reason, plan=self.plan
        )


class LoanChangeMoved(BaseModel):
    """Where a change stands after a step."""

    id: UUID
    state: State
    version: int
    due_on: date | None


class LoanChangeAnswer(BaseModel):
    """A change of a loan with everything that decided it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    loan_id: UUID
    kind: Kind
    matured_on: date = Field(description="The maturity when it was asked for.")
    matures_on: date
    reason: str
    plan: str
    papers: list[dict[str, Any]]
    state: State
    version: int
    state_since: datetime
    due_on: date | None
    requested_by: str
    recommended_by: str | None
    decided_by: str | None
    decided_on: date | None
    pending_actions: list[str]


@router.post("/loans/{loan_id}/changes", status_code=201, response_model=LoanChangeMoved)
async def request_change(
    loan_id: UUID, body: LoanChangeBody, request: Request, caller: Requester,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """Ask for a later maturity: an extension (展期), or a restructuring with a new plan."""

    async def work(case: CaseInHand) -> Answer:
        papers = [paper.as_document() for paper in body.papers]
        return _moved(201, await loan_changes.request(case, body.as_change(), papers))

    return await on_case(request, caller, context, loan_id, work)


@router.get("/loans/{loan_id}/changes")
async def list_changes(
    loan_id: UUID, caller: Anyone, context: CurrentContext
) -> Page[LoanChangeAnswer]:
    """The history of a loan's maturity: what was asked, by whom, and what became of it."""
    async with context.database.reading(caller.institution) as session:
        await loans.loan(session, loan_id)
        rows = await loans.changes_of(session, loan_id)
    return Page(items=[_answer(row, caller) for row in rows], next_cursor=None)


@router.post("/loan-changes/{change_id}/recommend", response_model=LoanChangeMoved)
async def recommend_change(
    change_id: UUID, body: OpinionBody, request: Request, caller: Recommender,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """Recommend a change; another person decides."""
    return await _step(request, caller, context, change_id, loan_changes.recommend, body.opinion)


@router.post("/loan-changes/{change_id}/approve", response_model=LoanChangeMoved)
async def approve_change(
    change_id: UUID, body: OpinionBody, request: Request, caller: Approver, context: CurrentContext
) -> Response:
    """Approve a change that another person has recommended: the loan ends on the new day."""
    return await _step(request, caller, context, change_id, loan_changes.approve, body.opinion)


@router.post("/loan-changes/{change_id}/refuse", response_model=LoanChangeMoved)
async def refuse_change(
    change_id: UUID, body: OpinionBody, request: Request, caller: Refuser, context: CurrentContext
) -> Response:
    """Refuse a change: the loan ends when it did."""
    return await _step(request, caller, context, change_id, loan_changes.refuse, body.opinion)


async def _step(
    request: Request,
    caller: Identity,
    context: Context,
    change_id: UUID,
    step: Callable[..., Awaitable[Transition]],
    opinion: str,
) -> Response:
    async def inside(conn: asyncpg.Connection) -> Answer:
        now = context.clock.now()
        row, change = await loan_changes.in_hand(conn, change_id, today=business_date(now))
        case = CaseInHand(
            row=row,
            conn=conn,
            caller=caller,
            working_days=context.working_days,
            now=now,
        )
        return _moved(200, await step(case, change, opinion=opinion))

    return await idempotently(request, caller, context.database, inside)


def _moved(status: int, done: Transition) -> Answer:
    body = LoanChangeMoved(
        id=done.case_id, state=State(done.state), version=done.version, due_on=done.due_on
    )
    return Answer(status, body, {"ETag": etag(done.version)})


def _answer(row: LoanChangeRow, caller: Identity) -> LoanChangeAnswer:
    columns: Row = row.model_dump()
    return LoanChangeAnswer(**row.model_dump(), pending_actions=LIFE_CYCLE.open_to(columns, caller))

"""Objections for the bureau's people: read, answered by one person, decided by another."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from services.risk_pool.api.case_requests import Reason
from services.risk_pool.api.case_responses import MoveAnswer, WaitingFor
from services.risk_pool.api.cases import CaseStep, add_steps, presented
from services.risk_pool.api.roles import BUREAU
from services.risk_pool.domain.objection import LIFE_CYCLE, SEE_WHO, VERDICTS, Action
from services.risk_pool.handlers import objections as handlers
from services.risk_pool.queries import objections as known
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.requests import LongText, RequestBody
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["public notices"])

Bureau = Annotated[Identity, Depends(requires(*BUREAU))]


class AnswerProposed(RequestBody):
    """Whether the objection is upheld, and what the objector reads."""

    verdict: Literal[tuple(VERDICTS)] = Field(  # type: ignore[valid-type] # the domain's words
        examples=["not_upheld"]
    )
    answer: LongText = Field(
        examples=["经核查，该企业正常经营，异议不成立。"],
        description="The objector reads it word for word once another person has decided.",
    )


class ObjectionInList(BaseModel):
    """An objection in the list."""

    id: UUID
    number: str = Field(examples=["DL-V-2026-0001"])
    pool_code: str
    notice_id: UUID
    notice_number: str
    place: int | None = Field(description="The case on the list; null: the list as a whole.")
    borrower_name: str | None
    case_kind: str | None
    case_id: UUID | None
    case_number: str | None
    state: str
    state_zh: str
    state_en: str
    version: int
    filed_on: date
    due_on: date | None
    verdict: str | None
    decided_on: date | None
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class ObjectionAnswer(ObjectionInList):
    """An objection with its text. Who filed it is shown to those who work on it alone."""

    text: str
    name: str | None
    contact: str | None
    filed_at: datetime
    answer: str | None
    proposed_by: str | None
    proposed_name: str | None
    decided_by: str | None
    decided_name: str | None
    history: list[MoveAnswer]


@router.get("/objections/{objection_id}")
async def show_objection(
    objection_id: UUID, response: Response, caller: Bureau, context: CurrentContext
) -> ObjectionAnswer:
    """One objection, with what was written."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, objection_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


async def detail(conn: asyncpg.Connection, objection_id: UUID, caller: Identity) -> ObjectionAnswer:
    """An objection as the caller may see it. Raises NotFound."""
    row = await known.find(conn, objection_id)
    if row is None:
        raise NotFound("没有该异议", "There is no such objection.")
    history = [MoveAnswer(**move) for move in await history_of(conn, objection_id)]
    return ObjectionAnswer(**_shown(row, caller), history=history)


def _shown(row: Mapping[str, Any], caller: Identity) -> dict[str, Any]:
    shown = presented(LIFE_CYCLE, row, caller)
    if not caller.roles & SEE_WHO:
        shown |= {"name": None, "contact": None}
    return {**shown, "pending_actions": LIFE_CYCLE.open_to(row, caller)}


add_steps(
    router,
    "/objections/{objection_id}",
    (
        CaseStep(
            action=Action.PROPOSE,
            handler=handlers.propose,
            body=AnswerProposed,
            name="propose_answer_to_objection",
            description="One person proposes whether it is upheld, and the answer (finance_maker, "
            "reviewer).",
        ),
        CaseStep(
            action=Action.SEND_BACK,
            handler=handlers.send_back,
            body=Reason,
            name="send_back_answer_to_objection",
            description="The answer is not agreed to (approver, finance_checker).",
        ),
        CaseStep(
            action=Action.DECIDE,
            handler=handlers.decide,
            body=None,
            name="decide_objection",
            description="Another person agrees (approver, finance_checker): the objector reads the "
            "answer at the receipt's link.",
        ),
    ),
    show=detail,
    answer=ObjectionAnswer,
)

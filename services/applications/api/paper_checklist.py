"""The list of a case's papers, and what reviewers say of them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Anyone, on_case
from services.applications.api.requests import PaperKind
from services.applications.domain.checklist import JUDGED_IN, Line, Said, Standing, words_of
from services.applications.handlers import paper_checklist
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.queries.submitted import case_row
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer
from shared.http.pages import Page
from shared.http.requests import LongText, RequestBody

router = APIRouter(tags=["documents"])

JUDGES = ("reviewer", "approver")
Judge = Annotated[Identity, Depends(requires(*JUDGES))]


class VerdictBody(RequestBody):
    """What you find of one paper (`refused`, `accepted`, with `document`), or of a kind
    (`not_applicable`, `needed`), and why. The youngest word counts; all are kept."""

    kind: PaperKind
    verdict: Said
    document: UUID | None = Field(None, description="The stored paper, where one is meant.")
    reason: LongText = Field(examples=["印章不清，请重新扫描"])


class ListedPaper(BaseModel):
    """A paper that was handed in."""

    document: UUID | None
    filename: str
    issued_on: date | None
    valid_until: date | None


class LineAnswer(BaseModel):
    """One kind of paper: there, missing, not applicable, refused or expired."""

    kind: str
    zh: str
    en: str
    standing: Standing
    is_asked_for: bool = Field(description="Whether the programme asks for it.")
    to_send: bool = Field(description="Whether the bank is to send one.")
    source: str = Field(description="The article that asks for it.")
    papers: list[ListedPaper]
    reason: str = Field("", description="Why it was refused, or is not needed.")
    said_by: str = ""
    said_at: datetime | None = None
    ended_on: date | None = Field(None, description="The last day on which it held.")


class ChecklistAnswer(Page[LineAnswer]):
    """The whole list; `to_send` names the kinds that the bank is asked for."""

    to_send: list[str]
    may_judge: bool = Field(description="Whether you may say something of its papers now.")


@router.get("/applications/{case_id}/checklist")
async def read_checklist(case_id: UUID, caller: Anyone, context: CurrentContext) -> ChecklistAnswer:
    """How the papers of a case stand, kind by kind, as its programme asks for them."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        row = await case_row(conn, case_id)
        lines = await paper_checklist.lines_of(conn, row, today=today)
    judges = bool(caller.roles & set(JUDGES)) and row["state"] in JUDGED_IN
    return _answer(lines, may_judge=judges)


@router.post("/applications/{case_id}/checklist", response_model=ChecklistAnswer)
async def judge_paper(
    case_id: UUID, body: VerdictBody, request: Request, caller: Judge, context: CurrentContext
) -> Response:
    """Refuse a paper, or say that a kind is not needed, with a reason that the bank reads; or take
    either back. Until the case is decided on."""

    async def work(case: CaseInHand) -> Answer:
        lines = await paper_checklist.judge(
            case, kind=body.kind, document_id=body.document, said=body.verdict, reason=body.reason
        )
        return Answer(200, _answer(lines, may_judge=True))

    return await on_case(request, caller, context, case_id, work)


def _answer(lines: tuple[Line, ...], *, may_judge: bool) -> ChecklistAnswer:
    return ChecklistAnswer(
        items=[_line(one) for one in lines],
        to_send=[one.kind for one in lines if one.is_open],
        may_judge=may_judge,
    )


def _line(line: Line) -> LineAnswer:
    zh, en = words_of(line.kind)
    said = line.verdict
    return LineAnswer(
        kind=line.kind,
        zh=zh,
        en=en,
        standing=line.standing,
        is_asked_for=line.is_asked_for,
        to_send=line.is_open,
        source=line.source,
        papers=[
            ListedPaper(
                document=one.document_id,
                filename=one.filename,
                issued_on=one.issued_on,
                valid_until=one.valid_until,
            )
            for one in line.papers
        ],
        reason=said.reason if said else "",
        said_by=said.name if said else "",
        said_at=said.at if said else None,
        ended_on=line.ended_on,
    )

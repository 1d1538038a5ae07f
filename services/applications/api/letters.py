"""What is written on a case, and its one timeline."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Anyone, BankOperator, on_case
from services.applications.api.desk import Bureau
from services.applications.api.desk_answers import Subject
from services.applications.api.requests import WrittenBody
from services.applications.api.right_requests import Day
from services.applications.handlers import letters as handler
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.queries.submitted import case_row
from services.applications.queries.timeline import timeline
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer
from shared.http.pages import Page
from shared.http.requests import LongText, RequestBody

router = APIRouter(tags=["letters"])


class NoteBody(RequestBody):
    """A note within the bureau; a bank never sees it."""

    text: LongText = Field(examples=["与税务核实过，信息一致"])
    mentions: Annotated[list[Subject], Field(max_length=20)] = Field(
        default_factory=list, description="Whom it is meant for; `GET /staff` lists them."
    )


class LetterBody(WrittenBody):
    """A letter to the case's bank."""

    due_on: Day | None = Field(None, description="By when the bank is to answer.")


class AnswerBody(WrittenBody):
    """The bank's answer to a letter."""


class WrittenAnswer(BaseModel):
    """What was written."""

    id: UUID


class TimelineEntry(BaseModel):
    """One thing that happened to a case."""

    at: datetime
    kind: Literal[
        "move", "note", "letter", "answer", "paper", "priority", "conflict", "condition",
        "maturity", "renewal", "cover_call",
    ]  # fmt: skip
    what: str = Field(description="The move's action, the verdict on a paper, and so on.")
    state: str = Field(
        description="Where a move has led, also that of a later maturity or of a renewal, whose "
        "number is the text; of a paper, its kind."
    )
    name: str
    role: str
    text: str
    letter_id: UUID | None
    answers: UUID | None = Field(description="Which letter is answered.")
    due_on: date | None
    answered_at: datetime | None
    is_late: bool = Field(description="A letter whose answer is due and was not there by its day.")
    document_id: UUID | None
    document_name: str | None = Field(description="Of a paper that you may open.")
    mentions: list[str]


@router.get("/applications/{case_id}/timeline")
async def read_timeline(
    case_id: UUID, caller: Anyone, context: CurrentContext
) -> Page[TimelineEntry]:
    """Everything that happened to a case, the first thing first: its moves, letters and answers,
    what was found of its papers, its conditions; for the bureau also notes, priorities, conflicts.
    """
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        await case_row(conn, case_id)
        rows = await timeline(conn, case_id, today=today)
    items = [TimelineEntry.model_validate(dict(row)) for row in rows]
    return Page(items=items, next_cursor=None)


@router.post("/applications/{case_id}/notes", status_code=201, response_model=WrittenAnswer)
async def write_note(
    case_id: UUID, body: NoteBody, request: Request, caller: Bureau, context: CurrentContext
) -> Response:
    """Note something for the bureau's own people."""

    async def work(case: CaseInHand) -> Answer:
        return _written(await handler.note(case, text=body.text, mentions=body.mentions))

    return await on_case(request, caller, context, case_id, work)


@router.post("/applications/{case_id}/letters", status_code=201, response_model=WrittenAnswer)
async def write_letter(
    case_id: UUID, body: LetterBody, request: Request, caller: Bureau, context: CurrentContext
) -> Response:
    """Write to the case's bank, with a day for its answer where one is wanted. The case stays where
    it is, and its time runs on."""

    async def work(case: CaseInHand) -> Answer:
        return _written(
            await handler.write(case, text=body.text, due_on=body.due_on, paper=body.paper())
        )

    return await on_case(request, caller, context, case_id, work)


@router.post(
    "/applications/{case_id}/letters/{letter_id}/answer",
    status_code=201,
    response_model=WrittenAnswer,
)
async def answer_letter(
    case_id: UUID, letter_id: UUID, body: AnswerBody, request: Request, caller: BankOperator,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """Answer a letter of the bureau's, or add to your answer."""

    async def work(case: CaseInHand) -> Answer:
        return _written(await handler.answer(case, letter_id, text=body.text, paper=body.paper()))

    return await on_case(request, caller, context, case_id, work)


def _written(letter_id: UUID) -> Answer:
    return Answer(201, WrittenAnswer(id=letter_id))

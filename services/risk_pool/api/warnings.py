"""Early warnings over HTTP: raised, answered by measures, concluded, counted."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import MoveAnswer, WaitingFor
from services.risk_pool.api.cases import Anyone, CaseStep, add_steps, presented, step_context
from services.risk_pool.api.papers import SOME_PAPER, CasePaper, PaperShown
from services.risk_pool.api.roles import require_pool
from services.risk_pool.api.statements import PoolCode
from services.risk_pool.domain.warning import CONCLUSIONS, LIFE_CYCLE, Action, Conclusion
from services.risk_pool.domain.warning_signs import CAUSES, LEVELS, HandCause
from services.risk_pool.handlers import warnings as handlers
from services.risk_pool.queries import warnings as known
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.http.part_in import part_in
from shared.http.progress import StepAnswer, progress_answer
from shared.http.requests import IsoDate, LongText, RequestBody, ShortText
from shared.life_cycle import Row
from shared.months import Month
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["warnings"])

Raiser = Annotated[Identity, part_in(LIFE_CYCLE, Action.RAISE)]
Level = Literal[LEVELS]  # type: ignore[valid-type] # the words of the domain
CauseName = Literal[tuple(CAUSES)]  # type: ignore[valid-type] # the words of the domain


class NewWarning(RequestBody):
    """A warning that a person raises, about a covered loan or about a borrower at a bank."""

    loan_id: UUID | None = None
    borrower_uscc: ShortText | None = Field(
        None, examples=["91120110MA05K0H91X"], description="Instead of a loan."
    )
    bank_code: ShortText | None = Field(
        None, examples=["ICBC-TJ"], description="With a borrower; a bank's own where a bank asks."
    )
    cause: HandCause = Field(examples=["business"])
    level: Level = Field(examples=["orange"])
    text: LongText = Field(examples=["主要客户停产，货款三个月未收回。"])


class NewMeasure(RequestBody):
    """What is to be done, by whom, until when."""

    text: LongText = Field(examples=["上门核查并要求补充质押"])
    by_whom: ShortText = Field(examples=["工行滨海支行 王敏"])
    until: IsoDate


class MeasureDoneBody(RequestBody):
    """A measure is done, and what shows it."""

    measure: int = Field(ge=1, le=10_000, description="Its number.")
    done_on: IsoDate
    note: LongText = Field(examples=["已补充质押发明专利一件"])
    papers: list[CasePaper] = Field(min_length=1, max_length=20, examples=SOME_PAPER)


class ConcludesWarning(RequestBody):
    """To what the warning has come, and why."""

    conclusion: Conclusion = Field(examples=["risk_gone"])
    reason: LongText = Field(examples=["已全额还清逾期本息"])


class WarningInList(BaseModel):
    """A warning in the list."""

    id: UUID
    pool_code: str
    bank_code: str
    loan_id: UUID | None
    loan_number: str
    borrower_uscc: str
    borrower_name: str
    cause: str = Field(examples=["overdue"])
    cause_zh: str
    cause_en: str
    level: str = Field(examples=["orange"])
    by_hand: bool
    times: int = Field(description="How often the cause has come.")
    raised_on: date
    state: str
    state_zh: str
    state_en: str
    conclusion: str = Field(description="Empty until it is concluded.")
    measures_open: int
    version: int
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class MeasureAnswer(BaseModel):
    """A measure, and once it is done, when and what shows it."""

    number: int
    text: str
    by_whom: str
    until: date
    added_by: str
    added_name: str
    done_on: date | None
    done_note: str
    done_name: str | None
    papers: list[PaperShown]


class WarningAnswer(WarningInList):
    """A warning with what it rests on, its measures and its history."""

    progress: list[StepAnswer]
    text: str
    facts: dict[str, Any] = Field(description="The figures of the last occurrence.")
    raised_by: str
    raised_name: str
    raised_at: datetime
    measures: list[MeasureAnswer]
    conclusion_zh: str
    conclusion_en: str
    conclusion_reason: str
    claim_number: str
    concluded_by: str | None
    concluded_name: str | None
    concluded_on: date | None
    papers: list[PaperShown]
    history: list[MoveAnswer]


class WarningsOfMonth(BaseModel):
    """How many warnings of a cause came and went in a month."""

    month: str = Field(examples=["2026-03"])
    cause: str
    cause_zh: str
    cause_en: str
    raised: int
    again: int = Field(description="Raised again after a conclusion, or while watched.")
    risk_gone: int
    turned_into_claim: int
    left_open: int = Field(description="Not concluded at the month's end.")
    year_before: int = Field(description="Raised, or raised again, in this month of last year.")


@router.post("/pools/{code}/warnings", status_code=201, response_model=WarningAnswer)
async def raise_warning(
    code: PoolCode, body: NewWarning, request: Request, caller: Raiser, context: CurrentContext
) -> Response:
    """Raise a warning by hand (a bank's clerk for its own; pool_manager, reviewer, finance_maker)."""
    raising = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        warning_id = await handlers.raise_by_hand(
            conn, code, own_bank=caller.institution, **dict(body), context=raising
        )
        answer = await detail(conn, warning_id, caller)
        where = f"/api/v1/warnings/{warning_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/pools/{code}/warnings/monthly")
async def warnings_by_month(
    code: PoolCode,
    caller: Anyone,
    context: CurrentContext,
    year: Annotated[int, Query(ge=2000, le=2100, examples=[2026])],
) -> Page[WarningsOfMonth]:
    """Warnings of a year by month and cause, beside the year before. A bank sees its own."""
    months = [str(Month(year, number)) for number in range(1, 13)]
    before = [str(Month(year - 1, number)) for number in range(1, 13)]
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.monthly(
            conn,
            code,
            own=caller.bank,
            months=months,
            year_before=before,
            conclusions=(Conclusion.RISK_GONE, Conclusion.TURNED_INTO_CLAIM),
        )
    return Page(items=[WarningsOfMonth(**{**row, **_cause(row)}) for row in rows])


@router.get("/warnings/{warning_id}")
async def show_warning(
    warning_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> WarningAnswer:
    """A warning with its figures, measures, conclusion and history."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, warning_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


def _cause(row: Row) -> dict[str, str]:
    words = CAUSES[row["cause"]]
    return {"cause_zh": words.zh, "cause_en": words.en}


def shown_warning(row: asyncpg.Record, caller: Identity) -> dict[str, Any]:
    return {
        **presented(LIFE_CYCLE, row, caller),
        **_cause(row),
        "pending_actions": LIFE_CYCLE.open_to(row, caller),
    }


async def detail(conn: asyncpg.Connection, warning_id: UUID, caller: Identity) -> WarningAnswer:
    """A warning as the caller may see it. Raises NotFound."""
    row = await known.find(conn, warning_id)
    if row is None or caller.bank not in (None, row["bank_code"]):
        raise NotFound("没有该风险预警", "There is no such warning.")
    measures = [MeasureAnswer(**one) for one in await known.measures(conn, warning_id)]
    words = CONCLUSIONS.get(row["conclusion"])
    return WarningAnswer(
        **shown_warning(row, caller),
        progress=progress_answer(LIFE_CYCLE, row["state"]),
        measures=measures,
        conclusion_zh=words.zh if words else "",
        conclusion_en=words.en if words else "",
        papers=[paper for one in measures for paper in one.papers],
        history=[MoveAnswer(**move) for move in await history_of(conn, warning_id)],
    )


add_steps(
    router,
    "/warnings/{warning_id}",
    (
        CaseStep(
            action=Action.ADD_MEASURE,
            handler=handlers.add_measure,
            body=NewMeasure,
            name="add_measure_to_warning",
            description="What is to be done about it, by whom, until when (the bank's clerk, "
            "pool_manager, reviewer, finance_maker).",
        ),
        CaseStep(
            action=Action.COMPLETE_MEASURE,
            handler=handlers.complete_measure,
            body=MeasureDoneBody,
            name="complete_measure_of_warning",
            description="A measure is done, with the paper that shows it.",
        ),
        CaseStep(
            action=Action.WATCH,
            handler=handlers.watch,
            body=Refusal,
            name="watch_warning",
            description="Nothing is concluded; it is watched on (pool_manager, finance_checker). It "
            "is raised again where it becomes worse.",
        ),
        CaseStep(
            action=Action.CLOSE,
            handler=handlers.close,
            body=ConcludesWarning,
            name="close_warning",
            description="Conclude (pool_manager, finance_checker; another person than who raised it "
            "by hand). It is raised again when the cause comes again.",
        ),
    ),
    show=detail,
    answer=WarningAnswer,
)

"""Public notices for the bureau's people: prepare, see what everybody will read, approve, end, withdraw."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.risk_pool.api.case_requests import Reason
from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.cases import CaseStep, add_steps, presented, step_context
from services.risk_pool.api.public_reading import ReadNoticeWhole, whole
from services.risk_pool.api.roles import BUREAU, require_pool
from services.risk_pool.domain.public_notice import (
    CLAIM,
    LIFE_CYCLE,
    LONGEST_WORKING_DAYS,
    MOST_CASES,
    SUBSIDY,
    Action,
)
from services.risk_pool.handlers import public_notice_cases
from services.risk_pool.handlers import public_notices as handlers
from services.risk_pool.queries import public_notices as known
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.http.part_in import part_in
from shared.http.progress import StepAnswer, progress_answer
from shared.http.requests import IsoDate, RequestBody, ShortText
from shared.money import Fen
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["public notices"])

Bureau = Annotated[Identity, Depends(requires(*BUREAU))]
Preparer = Annotated[Identity, part_in(LIFE_CYCLE, Action.PREPARE)]


class NewNotice(RequestBody):
    """A list of claims and subsidies that are to be read by everybody."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "2026 年第一批知识产权质押融资风险补偿公示",
                    "claims": ["0190163d-8694-739b-aea5-966c26f8ad91"],
                    "opens_on": "2026-03-05",
                }
            ]
        }
    )

    title: ShortText = Field(examples=["2026 年第一批知识产权质押融资风险补偿公示"])
    claims: list[UUID] = Field(default_factory=list, max_length=MOST_CASES)
    subsidies: list[UUID] = Field(default_factory=list, max_length=MOST_CASES)
    opens_on: IsoDate = Field(description="The first day; today at the earliest.")
    working_days: Annotated[int, Field(ge=1, le=LONGEST_WORKING_DAYS)] | None = Field(
        None, description="Longer than the schemes ask for; left out: as long as they ask for."
    )
    corrects: UUID | None = Field(
        None, description="The notice that hangs and in whose place this one is published."
    )

    @model_validator(mode="after")
    def _lists_something(self) -> "NewNotice":
        if not 0 < len(self.claims) + len(self.subsidies) <= MOST_CASES:
            raise ValueError(f"between 1 and {MOST_CASES} cases are listed")
        return self


class WaitingCase(Money):
    """A case that waits to be put on public notice."""

    kind: str
    id: UUID
    number: str
    loan_number: str
    bank_code: str
    borrower_name: str
    principal_fen: Fen
    due_on: date | None


class WaitingCases(Page[WaitingCase]):
    """The cases that wait longest, of each kind as many as one list should hold."""

    more: bool = Field(description="Others wait behind these, until these are on a list.")


class ListedCase(BaseModel):
    """A case on the list, for the bureau's people."""

    place: int
    kind: str
    case_id: UUID
    case_number: str
    loan_id: UUID
    loan_number: str
    bank_code: str
    borrower_name: str
    outcome: str = Field(
        description="Once it has ended: favourable, unfavourable, or lapsed where the case had moved on."
    )


class NoticeInList(BaseModel):
    """A public notice in the list."""

    id: UUID
    number: str = Field(examples=["DL-G-2026-0001"])
    pool_code: str
    title: str
    state: str
    state_zh: str
    state_en: str
    version: int
    opens_on: date
    last_day: date
    cases: int
    objections: int
    open_objections: int
    upheld: int
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class NoticeAnswer(NoticeInList):
    """A public notice with its cases, and exactly what everybody reads of it."""

    progress: list[StepAnswer]
    listed: list[ListedCase]
    public: ReadNoticeWhole
    working_days: int | None
    prepared_by: str
    prepared_name: str
    prepared_at: datetime
    approved_by: str | None
    approved_name: str | None
    published_on: date | None
    ended_on: date | None
    shown_until: date | None
    removed_on: date | None
    removed_because: str
    corrects: UUID | None
    corrects_number: str
    corrected_by: str
    history: list[MoveAnswer]


@router.get("/pools/{code}/public-notices/waiting")
async def cases_waiting_for_notice(
    code: str, caller: Bureau, context: CurrentContext
) -> WaitingCases:
    """The claims and subsidies of a pool that wait to be put on public notice, the first 200 of each in
    the order of filing."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        claims = await known.waiting_claims(conn, code)
        found = await known.undecided_subsidies(conn, code)
        subsidies = [
            row
            for row in found
            if (
                await public_notice_cases.subsidy_terms(conn, row)
            ).public_notice.subsidies_working_days
            is not None
        ]
    most = known.MOST_WAITING
    items = [_waiting(CLAIM, row, row["outstanding_principal_fen"]) for row in claims[:most]]
    items += [_waiting(SUBSIDY, row, row["principal_fen"]) for row in subsidies[:most]]
    return WaitingCases(items=items, more=len(claims) > most or len(found) > most)


def _waiting(kind: str, row: asyncpg.Record, principal_fen: int) -> WaitingCase:
    names = ("id", "number", "loan_number", "bank_code", "borrower_name", "due_on")
    return WaitingCase(
        kind=kind, principal_fen=principal_fen, **{name: row[name] for name in names}
    )


@router.post("/pools/{code}/public-notices", status_code=201, response_model=NoticeAnswer)
async def prepare_public_notice(
    code: str, body: NewNotice, request: Request, caller: Preparer, context: CurrentContext
) -> Response:
    """Prepare a public notice (finance_maker, reviewer): what everybody will read is frozen with it and
    stands in `public`; another person approves it."""
    preparing = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        notice_id = await handlers.prepare(conn, code, **dict(body), context=preparing)
        answer = await detail(conn, notice_id, caller, today=preparing.today)
        where = f"/api/v1/public-notices/{notice_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/public-notices/{notice_id}")
async def show_public_notice(
    notice_id: UUID, response: Response, caller: Bureau, context: CurrentContext
) -> NoticeAnswer:
    """A public notice: its cases, what everybody reads, people and history."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, notice_id, caller, today=business_date(context.clock.now()))
    response.headers["ETag"] = etag(answer.version)
    return answer


async def detail(
    conn: asyncpg.Connection, notice_id: UUID, caller: Identity, *, today: date | None = None
) -> NoticeAnswer:
    """A notice as the caller may see it. Raises NotFound."""
    row = await known.find(conn, notice_id)
    if row is None:
        raise NotFound("没有该公示", "There is no such public notice.")
    cases = await known.cases_of(conn, notice_id)
    history = [MoveAnswer(**move) for move in await history_of(conn, notice_id)]
    today = today or business_date(row["state_since"])
    return NoticeAnswer(
        **{**shown_in_list(row, caller, today), "cases": len(cases)},
        progress=progress_answer(LIFE_CYCLE, row["state"]),
        listed=[ListedCase(**{**one, "kind": one["case_kind"]}) for one in cases],
        public=whole(row, cases, today),
        history=history,
    )


def shown_in_list(row: asyncpg.Record, caller: Identity, today: date) -> dict[str, Any]:
    """A notice as answers have it; nobody is offered to end one that still hangs or is objected to."""
    offered = LIFE_CYCLE.open_to(row, caller)
    if today <= row["last_day"] or row["open_objections"]:
        offered = [action for action in offered if action != Action.END]
    return {**presented(LIFE_CYCLE, row, caller), "pending_actions": offered}


add_steps(
    router,
    "/public-notices/{notice_id}",
    (
        CaseStep(
            action=Action.APPROVE,
            handler=handlers.approve,
            body=None,
            name="approve_public_notice",
            description="Another person agrees to what everybody will read (approver, finance_checker). "
            "It is published on its day; where that has come, at once.",
        ),
        CaseStep(
            action=Action.END,
            handler=handlers.end,
            body=None,
            name="end_public_notice",
            description="Its days are over and every objection is decided (finance_maker, reviewer; the "
            "calendar does it, too): the step of each claim is recorded by what it came to.",
        ),
        CaseStep(
            action=Action.WITHDRAW,
            handler=handlers.withdraw,
            body=Reason,
            name="withdraw_public_notice",
            description="Taken back for a reason: before it is published by who prepares or approves, "
            "afterwards by approver or finance_checker. Its cases need another one.",
        ),
    ),
    show=detail,
    answer=NoticeAnswer,
)

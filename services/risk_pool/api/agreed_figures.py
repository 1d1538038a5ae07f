"""Agreed figures over HTTP: entered with their papers, released or refused by another person."""

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.cases import (
    Anyone,
    CaseStep,
    add_steps,
    presented,
    step_context,
)
from services.risk_pool.api.papers import CasePaper, PaperShown, papers_of
from services.risk_pool.api.roles import require_pool
from services.risk_pool.domain.agreed_figures import (
    KINDS,
    LIFE_CYCLE,
    Action,
    FigureEntered,
    State,
    indicators_of,
)
from services.risk_pool.domain.indicators import INDICATORS
from services.risk_pool.handlers import agreed_figures as handlers
from services.risk_pool.queries import agreed_figures as known
from services.risk_pool.tables.stored_papers import of_case, of_cases
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.requests import IsoDate, RequestBody, ShortText
from shared.money import MONEY_NAMES, Fen, RequestFenOrZero
from shared.ratios import percent
from shared.refusals import NotFound
from shared.schemes.stated import parse_ratio
from shared.transitions import history_of

router = APIRouter(tags=["agreed-figures"])

Enters = Annotated[Identity, part_in(LIFE_CYCLE, Action.ENTER)]
KindName = Literal[tuple(KINDS)]  # type: ignore[valid-type] # the words of the domain


def _a_ratio(value: str) -> str:
    parse_ratio(value)
    return value


class NewFigure(RequestBody):
    """A figure with its paper. Which of the values, and which places, its kind says."""

    model_config = ConfigDict(
        **MONEY_NAMES,
        json_schema_extra={
            "examples": [
                {
                    "kind": "agreed_share",
                    "subject": "pool",
                    "bank_code": "ICBC",
                    "ratio": "1/3",
                    "valid_from": "2026-01-01",
                    "reference": "合作协议 2026-01 第四条",
                }
            ]
        },
    )

    kind: KindName  # type: ignore[valid-type]
    subject: str = Field(
        "", max_length=64, pattern=r"^[a-z0-9_]*$",
        description="agreed_share: the party; raised_cap: the cap's code; confirmed: the name of "
        "the prior decision in the measures; guarantee_fee: term or portfolio; targets and stated figures: the indicator.",
    )  # fmt: skip
    bank_code: str = Field(
        "", max_length=64, pattern=r"^[A-Za-z0-9_-]*$", description="Empty: the whole pool."
    )
    loan_id: UUID | None = None
    year: Annotated[int, Field(ge=1990, le=2199)] | None = None
    since_year: Annotated[int, Field(ge=1990, le=2199)] | None = Field(
        None, description="Of a target: the first year of a sum, or the year that a growth is over."
    )
    amount_fen: RequestFenOrZero | None = None
    ratio: Annotated[str, Field(max_length=40), AfterValidator(_a_ratio)] | None = Field(
        None, examples=["50", "33.33", "1/3"], description="Percent, or a fraction."
    )
    count: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    flag: bool | None = None
    paid_on: IsoDate | None = None
    valid_from: IsoDate
    valid_to: IsoDate | None = None
    reference: ShortText = Field(
        description="Of the agreement, the budget, the decision or the receipt."
    )
    evidence: str = Field("", max_length=2000, description="What the paper says.")
    papers: list[CasePaper] = Field(
        default_factory=list, max_length=20, description="The paper itself, as stored."
    )

    def as_figure(self) -> FigureEntered:
        """The value that the domain judges."""
        ratio = None if self.ratio is None else parse_ratio(self.ratio)
        said = {name: value for name, value in self if name != "papers"}
        return FigureEntered(**said | {"ratio": ratio})


class FigureAnswer(Money):
    """An agreed figure: what it says, by which paper, for which days, by whom."""

    id: UUID
    number: str = Field(examples=["DL-A-2026-0001"])
    pool_code: str
    kind: str
    kind_zh: str
    kind_en: str
    subject: str
    bank_code: str
    loan_id: UUID | None
    year: int | None
    since_year: int | None
    amount_fen: Fen | None
    ratio: str | None = Field(examples=["1/3"])
    count: int | None
    flag: bool | None
    paid_on: date | None
    valid_from: date
    valid_to: date | None
    reference: str
    evidence: str
    papers: list[PaperShown]
    state: str
    state_zh: str
    state_en: str
    version: int
    entered_by: str
    entered_name: str
    entered_at: datetime
    released_by: str | None
    released_name: str | None
    released_on: date | None
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class FigureDetail(FigureAnswer):
    """A figure with every move that it has made."""

    history: list[MoveAnswer]


class SubjectAnswer(BaseModel):
    """An indicator that a figure may be of."""

    subject: str
    zh: str
    en: str


class KindAnswer(BaseModel):
    """A kind of figure: what it must and may say. Forms are made of this list."""

    kind: str
    zh: str
    en: str
    value: str = Field(description="amount, ratio, count or flag")
    bank: str = Field(description="no, may, must")
    loan: str
    year: bool
    paid: bool
    subject: str = Field(
        description='What `subject` names: party, cap, decision, fee, measure, indicator; "" '
        "nothing."
    )
    subjects: list[SubjectAnswer] = Field(description="The indicators that it may be of.")
    since: str = Field(description="Whether `since_year` is said: no, may, must.")


@router.get("/agreed-figure-kinds")
async def list_kinds(caller: Anyone) -> Page[KindAnswer]:
    """The kinds of agreed figures, and what each must and may say."""
    kinds = [
        KindAnswer(
            kind=name, zh=kind.words.zh, en=kind.words.en, value=kind.value, bank=kind.bank,
            loan=kind.loan, year=kind.year, paid=kind.paid, subject=kind.subject,
            subjects=_subjects(name), since=kind.since,
        )
        for name, kind in KINDS.items()
    ]  # fmt: skip
    return Page(items=kinds)


def _subjects(kind: str) -> list[SubjectAnswer]:
    named = ((name, INDICATORS[name].words) for name in indicators_of(kind))
    return [SubjectAnswer(subject=name, zh=words.zh, en=words.en) for name, words in named]


@router.post("/pools/{code}/agreed-figures", status_code=201, response_model=FigureDetail)
async def enter_figure(
    code: str, body: NewFigure, request: Request, caller: Enters, context: CurrentContext
) -> Response:
    """Enter a figure with its paper (finance_maker or pool_manager). It decides nothing before
    another person (finance_checker) has released it."""
    entering, papers = step_context(request, caller, context), papers_of(body, caller)
    entered = body.as_figure()
    await papers.wait(context)

    async def work(conn: asyncpg.Connection) -> Answer:
        await papers.refer(conn, place="agreed-figures", now=entering.now)
        figure_id = await handlers.enter(conn, code, entered, entering)
        await papers.add_to(conn, figure_id, bank_code=entered.bank_code, now=entering.now)
        answer = await detail(conn, figure_id, caller)
        where = f"/api/v1/agreed-figures/{figure_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/pools/{code}/agreed-figures")
async def list_figures(
    code: str,
    caller: Anyone,
    context: CurrentContext,
    kind: KindName | None = None,  # type: ignore[valid-type]
    state: State | None = None,
    bank: Annotated[str | None, Query(max_length=64)] = None,
    loan_id: UUID | None = None,
    on: Annotated[
        IsoDate | None, Query(description="Only those whose days include this one.")
    ] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[FigureAnswer]:
    """Figures of a pool, the newest first. A bank sees those that are about itself."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.page(
            conn,
            pool=code,
            kind=kind,
            state=state,
            bank=bank,
            loan_id=loan_id,
            on=on,
            before=decode_cursor(cursor, UUID)[0] if cursor is not None else None,
            limit=limit + 1,
        )
        papers = await of_cases(conn, [row["id"] for row in rows])
    items = [FigureAnswer(**_shown(row, caller, papers[row["id"]])) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/agreed-figures/{figure_id}")
async def show_figure(
    figure_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> FigureDetail:
    """A figure with every move that it has made."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, figure_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


async def detail(conn: asyncpg.Connection, figure_id: UUID, caller: Identity) -> FigureDetail:
    """A figure as the caller may see it. Raises NotFound."""
    row = await known.find(conn, figure_id)
    if row is None:
        raise NotFound("没有该协议数值", "There is no such figure.")
    history = [MoveAnswer(**move) for move in await history_of(conn, figure_id)]
    papers = await of_case(conn, figure_id)
    return FigureDetail(**_shown(row, caller, papers), history=history)


def _shown(
    row: asyncpg.Record, caller: Identity, papers: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    words = KINDS[row["kind"]].words
    ratio = None if row["ratio"] is None else percent(Fraction(row["ratio"]))
    shown = presented(LIFE_CYCLE, row, caller)
    return {
        **shown,
        "pending_actions": LIFE_CYCLE.open_to(row, caller),
        "kind_zh": words.zh,
        "kind_en": words.en,
        "ratio": ratio,
        "papers": papers,
    }


add_steps(
    router,
    "/agreed-figures/{figure_id}",
    (
        CaseStep(
            action=Action.RELEASE,
            handler=handlers.release,
            body=None,
            name="release_agreed_figure",
            description="The second person (finance_checker) puts the figure in force; a figure "
            "of the same key whose days it meets ends the day before it begins.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=handlers.refuse,
            body=Refusal,
            name="refuse_agreed_figure",
            description="The second person does not put it in force.",
        ),
    ),
    show=detail,
    answer=FigureDetail,
)

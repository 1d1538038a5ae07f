"""Top-up calls over HTTP: where the pool stands against what was agreed, calls of two persons, and what
has come of them."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ConfigDict, Field

from services.risk_pool.api.agreement_answers import PlannedAnswer, planned_answer
from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.cases import CaseStep, add_steps, presented, step_context
from services.risk_pool.api.roles import BUREAU, require_pool
from services.risk_pool.domain.top_up import LIFE_CYCLE, Action, Situation, shared_by
from services.risk_pool.handlers import top_ups as handlers
from services.risk_pool.queries import top_ups as known
from services.risk_pool.queries.parties import party_names
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.requests import IsoDate, LongText, RequestBody
from shared.money import MONEY_NAMES, Fen, RequestFen
from shared.ratios import percent
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["agreements"])

Raises = Annotated[Identity, part_in(LIFE_CYCLE, Action.RAISE)]
Readers = Annotated[Identity, Depends(requires(*BUREAU))]


class NewTopUpCall(RequestBody):
    """How much contributors are to bring in, and by when."""

    model_config = ConfigDict(
        **MONEY_NAMES,
        json_schema_extra={
            "examples": [
                {
                    "amount": "2000000.00",
                    "pay_by": "2026-09-30",
                    "reason": "补偿支出后余额低于补足线",
                }
            ]
        },
    )

    amount_fen: RequestFen
    pay_by: IsoDate
    reason: LongText


class ContributorAnswer(Money):
    """Who has agreed to top up."""

    party_code: str
    party_name: str
    share: str = Field(examples=["60%"])
    agreement: str = Field(description="The agreement that says so.", examples=["DL-H-2026-0001"])
    below_fen: Fen | None = Field(description="None: whenever the line of another is passed.")
    is_bound: bool = Field(description="Whether it is to pay, were a call made now.")
    part_fen: Fen = Field(description="Of the most that may be called now.")


class TopUpSituation(Money):
    """Where the pool stands against the agreed line."""

    line_fen: Fen | None = Field(description="None: nobody has agreed to top up.")
    available_fen: Fen
    called_fen: Fen = Field(description="Called before and not come yet.")
    claims_fen: Fen
    paid_in_fen: Fen
    is_below: bool
    most_fen: Fen = Field(description="The most that may be called now.")
    contributors: list[ContributorAnswer]


class PartAnswer(PlannedAnswer):
    """What a call asks of one contributor."""

    party_code: str
    party_name: str


class TopUpCallAnswer(Money):
    """A call with the figures that it rests on."""

    id: UUID
    number: str = Field(examples=["DL-B-2026-0001"])
    pool_code: str
    amount_fen: Fen
    pay_by: date
    reason: str
    line_fen: Fen
    available_fen: Fen
    called_fen: Fen
    claims_fen: Fen
    paid_in_fen: Fen
    parts: list[PartAnswer]
    state: str
    state_zh: str
    state_en: str
    version: int
    raised_by: str
    raised_name: str
    raised_at: datetime
    decided_by: str | None
    decided_name: str | None
    decided_on: date | None
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class TopUpCallDetail(TopUpCallAnswer):
    """The same, with every move that it has made."""

    history: list[MoveAnswer]


@router.get("/pools/{code}/top-up")
async def show_situation(code: str, caller: Readers, context: CurrentContext) -> TopUpSituation:
    """Where the pool stands against the line under which contributors top up."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        situation = await known.situation(conn, code, today)
        names = await party_names(conn, code)
    return TopUpSituation(
        line_fen=situation.line_fen,
        available_fen=situation.available_fen,
        called_fen=situation.called_fen,
        claims_fen=situation.claims_fen,
        paid_in_fen=situation.paid_in_fen,
        is_below=situation.is_below,
        most_fen=situation.most_fen if situation.is_below else 0,
        contributors=_contributors(situation, names),
    )


def _contributors(situation: Situation, names: dict[str, str]) -> list[ContributorAnswer]:
    bound = situation.bound if situation.is_below else ()
    parts = shared_by(bound, situation.most_fen) if bound else []
    part_of = {one.party_code: fen for one, fen in zip(bound, parts, strict=True)}
    return [
        ContributorAnswer(
            party_code=one.party_code,
            party_name=names.get(one.party_code, one.party_code),
            share=percent(one.share),
            agreement=one.agreement,
            below_fen=one.below_fen,
            is_bound=one.party_code in part_of,
            part_fen=part_of.get(one.party_code, 0),
        )
        for one in situation.contributors
    ]


@router.post("/pools/{code}/top-up-calls", status_code=201, response_model=TopUpCallDetail)
async def raise_top_up_call(
    code: str, body: NewTopUpCall, request: Request, caller: Raises, context: CurrentContext
) -> Response:
    """Raise a call (finance_maker); nothing is asked of anybody before another person
    (finance_checker) has called."""
    raising = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        call_id = await handlers.raise_call(conn, code, raising, **dict(body))
        answer = await _detail(conn, call_id, caller)
        where = f"/api/v1/top-up-calls/{call_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/pools/{code}/top-up-calls")
async def list_top_up_calls(
    code: str,
    caller: Readers,
    context: CurrentContext,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[TopUpCallAnswer]:
    """The calls of a pool with what has come of them, the newest first."""
    before = decode_cursor(cursor, UUID)[0] if cursor is not None else None
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.of_pool(conn, code, before=before, limit=limit + 1)
        shown = await _shown(conn, rows, caller, today=today)
    items = [TopUpCallAnswer(**one) for one in shown]
    return page_of(items, limit, lambda one: encode_cursor(one.id))


@router.get("/top-up-calls/{call_id}")
async def show_top_up_call(
    call_id: UUID, response: Response, caller: Readers, context: CurrentContext
) -> TopUpCallDetail:
    """A call with every move that it has made."""
    async with context.database.looking(caller.institution) as conn:
        answer = await _detail(conn, call_id, caller, business_date(context.clock.now()))
    response.headers["ETag"] = etag(answer.version)
    return answer


async def _shown(
    conn: asyncpg.Connection, rows: list[asyncpg.Record], caller: Identity, *, today: date
) -> list[dict[str, Any]]:
    parts = await known.parts_of(conn, [row["id"] for row in rows])
    names = await party_names(conn, rows[0]["pool_code"]) if rows else {}
    return [
        {
            **presented(LIFE_CYCLE, row, caller),
            "pending_actions": LIFE_CYCLE.open_to(row, caller),
            "parts": [
                PartAnswer(
                    **dict(planned_answer(one, today)),
                    party_code=one["party_code"],
                    party_name=names.get(one["party_code"], one["party_code"]),
                )
                for one in parts.get(row["id"], [])
            ],
        }
        for row in rows
    ]


async def _detail(
    conn: asyncpg.Connection, call_id: UUID, caller: Identity, today: date | None = None
) -> TopUpCallDetail:
    """A call; without a day, on that of its last move. Raises NotFound."""
    row = await known.find(conn, call_id)
    if row is None:
        raise NotFound("没有该补仓通知", "There is no such call.")
    day = today or business_date(row["state_since"])
    (shown,) = await _shown(conn, [row], caller, today=day)
    history = [MoveAnswer(**move) for move in await history_of(conn, call_id)]
    return TopUpCallDetail(**shown, history=history)


add_steps(
    router,
    "/top-up-calls/{call_id}",
    (
        CaseStep(
            action=Action.CALL,
            handler=handlers.call,
            body=None,
            name="call_top_up",
            description="The second person (finance_checker) calls: what each contributor is to pay "
            "is expected from today on.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=handlers.refuse,
            body=Refusal,
            name="refuse_top_up",
            description="The second person does not call.",
        ),
    ),
    show=_detail,
    answer=TopUpCallDetail,
)

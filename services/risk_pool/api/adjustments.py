"""Adjustments over HTTP: finance proposes for a claim, another person decides on the trial."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.cases import (
    Anyone,
    CaseStep,
    add_steps,
    presented,
    step_context,
)
from services.risk_pool.api.kept_trials import Tried, kept_at_a_step, kept_for, looked_at
from services.risk_pool.api.papers import CasePaper, PaperShown, papers_of
from services.risk_pool.domain.adjustment import (
    DECIDER,
    KIND_WORDS,
    LIFE_CYCLE,
    OPEN,
    Action,
    Proposed,
    State,
)
from services.risk_pool.handlers import adjustments as handlers
from services.risk_pool.queries import adjustments as known
from services.risk_pool.queries import claims as known_claims
from services.risk_pool.tables import shown_trials, stored_papers
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.progress import StepAnswer, progress_answer
from shared.http.requests import IsoDate, LongText, RequestBody, ShortText
from shared.life_cycle import Row
from shared.money import MONEY_NAMES, Fen, RequestFen
from shared.refusals import NotFound, Refused
from shared.transitions import history_of

router = APIRouter(tags=["adjustments"])

Maker = Annotated[Identity, part_in(LIFE_CYCLE, Action.PROPOSE)]


class NewAdjustment(RequestBody):
    """What is to be booked back of an approved claim, and why."""

    model_config = ConfigDict(**MONEY_NAMES)

    kind: Literal[tuple(KIND_WORDS)] = Field(  # type: ignore[valid-type] # words of the domain
        examples=["claw_back"],
        description="`claw_back`: the claim was approved wrongly. `exclude`: the loan was never "
        "eligible. Both reverse the claim for good. `late_money`: money from before the approval "
        "came to light; base and shares are made anew. `escrow_settlement`: the bank has written the loan "
        "off; what is held in escrow is paid, released and added to.",
    )
    reason: LongText = Field(examples=["审计发现贷款用途不符。"])
    evidence: LongText = Field(
        examples=["审计报告 2026-17 第 4 条"], description="Where the proof is."
    )
    amount_fen: RequestFen | None = Field(None, description="Of late money: how much.")
    received_on: IsoDate | None = Field(None, description="Of late money: when, before approval.")
    papers: list[CasePaper] = Field(
        default_factory=list, max_length=100, description="The proof itself, as stored papers."
    )


class AdjustmentDecided(RequestBody):
    """The decision names the trial that it was taken on."""

    trial: ShortText = Field(description="The `id` of the trial that you saw.")
    opinion: LongText = Field(examples=["属实，同意追回。"])


class PartAnswer(BaseModel):
    """One party before and after."""

    party: str = Field(examples=["pool"])
    party_code: str
    bore: str
    had_back: str
    bears: str
    keeps_back: str
    gets: str = Field(description="Positive what it gets by the settlement, negative what it pays.")


class EntryAnswer(BaseModel):
    """One transfer that it books, and the reference of what it adjusts."""

    adjusts: str
    kind: str
    debit: str
    credit: str
    amount: str


class EscrowSettled(BaseModel):
    """What becomes of the money that is held in escrow."""

    base: str = Field(description="Of the claim as approved.")
    recovered: str = Field(description="By the bank, before the settlement.")
    net_loss_by_books: str
    net_loss_reported: str
    net_loss: str = Field(description="What is shared: as reported, less what came in since.")
    written_off_on: date
    reason: str = Field(description="Why the bank has written the loan off.")
    difference: str = Field(description="Why the reported net loss is not that of the books.")
    held: str
    due: str = Field(description="Of the pool, on the net loss.")
    paid: str
    released: str
    added: str = Field(description="By the pool; the month's settlement pays it.")
    short: str = Field(description="What the pool's balance does not reach for; the bank bears it.")
    available: str


class AdjustmentEffect(BaseModel):
    """What an adjustment does to everybody."""

    id: str = Field(description="What the decision names as `trial`.")
    principal_before: str | None = Field(None, description="Of late money, as the next three.")
    principal_after: str | None = None
    base_before: str | None = None
    base_after: str | None = None
    escrow: EscrowSettled | None = Field(None, description="Of a settlement of escrow.")
    parts: list[PartAnswer]
    entries: list[EntryAnswer]


class AdjustmentInList(Money):
    """An adjustment in the list."""

    id: UUID
    number: str = Field(examples=["DL-T-2026-0001"])
    kind: str
    kind_zh: str
    kind_en: str
    pool_code: str
    bank_code: str
    claim_id: UUID
    claim_number: str
    loan_id: UUID
    loan_number: str
    borrower_name: str
    state: str
    state_zh: str
    state_en: str
    reason: str
    booked_on: date | None
    version: int
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class AdjustmentAnswer(AdjustmentInList):
    """An adjustment with its trial while it is open, and its effect once it is decided."""

    progress: list[StepAnswer]
    evidence: str
    amount_fen: Fen | None
    received_on: date | None
    proposed_at: datetime
    proposed_by: str
    papers: list[PaperShown]
    trial: AdjustmentEffect | None
    missing: dict[str, str] | None = Field(description="Why there is no trial.")
    effect: AdjustmentEffect | None
    explanation: dict[str, Any] | None
    people: dict[str, Any] | None
    history: list[MoveAnswer]


@router.post("/claims/{claim_id}/adjustments", status_code=201, response_model=AdjustmentAnswer)
async def propose_adjustment(
    claim_id: UUID, body: NewAdjustment, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Propose to book back what an approved claim has booked (finance_maker)."""
    proposed = Proposed(**{name: value for name, value in body if name != "papers"})
    proposing, papers = step_context(request, caller, context), papers_of(body, caller)
    await papers.wait(context)

    async def work(conn: asyncpg.Connection) -> Answer:
        await papers.refer(conn, place="adjustments", now=proposing.now)
        adjustment_id = await handlers.propose(conn, claim_id, proposed, proposing)
        row = await known.find(conn, adjustment_id)
        assert row is not None, "it has just been proposed"
        await papers.add_to(conn, adjustment_id, bank_code=row["bank_code"], now=proposing.now)
        answer = await detail(conn, adjustment_id, caller)
        where = f"/api/v1/adjustments/{adjustment_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/adjustments")
async def list_adjustments(
    caller: Anyone,
    context: CurrentContext,
    pool: Annotated[str | None, Query(max_length=40)] = None,
    state: State | None = None,
    claim_id: UUID | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[AdjustmentInList]:
    """Adjustments, the newest first. A bank sees those of its own claims once they are decided."""
    async with context.database.looking(caller.institution) as conn:
        rows = await known.page(
            conn,
            pool=pool,
            state=state,
            claim_id=claim_id,
            before=decode_cursor(cursor, UUID)[0] if cursor is not None else None,
            limit=limit + 1,
        )
    items = [AdjustmentInList(**_presented(row, caller)) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/adjustments/{adjustment_id}")
async def show_adjustment(
    adjustment_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> AdjustmentAnswer:
    """An adjustment with its trial or its effect, the explanation, people and history."""
    answer = await looked_at(context, caller, adjustment_id, _read, shown_trials.keep)
    response.headers["ETag"] = etag(answer.version)
    return answer


def _presented(row: Mapping[str, Any], caller: Identity) -> dict[str, Any]:
    words = KIND_WORDS[row["kind"]]
    return {**presented(LIFE_CYCLE, row, caller), "kind_zh": words.zh, "kind_en": words.en}


async def detail(
    conn: asyncpg.Connection, adjustment_id: UUID, caller: Identity
) -> AdjustmentAnswer:
    """An adjustment as the caller may see it after a step. Raises NotFound."""
    return await kept_at_a_step(conn, adjustment_id, caller, _read, shown_trials.keep)


async def _read(
    conn: asyncpg.Connection, adjustment_id: UUID, caller: Identity
) -> Tried[AdjustmentAnswer]:
    """An adjustment as the caller may see it, and its trial where it is kept. Raises NotFound."""
    row = await known.find(conn, adjustment_id)
    if row is None:
        raise NotFound("没有该更正", "There is no such adjustment.")
    trial, missing = (await _trial(conn, row)) if row["state"] in OPEN else (None, None)
    why = await known_claims.explanation(conn, row["explanation_id"])
    answer = AdjustmentAnswer(
        **_presented(row, caller) | {"effect": row["effect"]},
        progress=progress_answer(LIFE_CYCLE, row["state"]),
        trial=AdjustmentEffect(**trial) if trial else None,
        missing=missing,
        papers=[PaperShown(**one) for one in await stored_papers.of_case(conn, adjustment_id)],
        explanation=why["explanation"] if why else None,
        people=why["people"] if why else None,
        history=[MoveAnswer(**move) for move in await history_of(conn, adjustment_id)],
    )
    return answer, kept_for(caller, DECIDER, trial) if trial else None


async def _trial(
    conn: asyncpg.Connection, row: Row
) -> tuple[dict[str, Any] | None, dict[str, str] | None]:
    """What it would do now, or what is missing for it."""
    try:
        return (await handlers.trial_of(conn, row)).as_data(), None
    except Refused as refused:
        return None, {"code": refused.code, "zh": refused.zh, "en": refused.en}


add_steps(
    router,
    "/adjustments/{adjustment_id}",
    (
        CaseStep(
            action=Action.DECIDE,
            handler=handlers.decide,
            body=AdjustmentDecided,
            name="decide_adjustment",
            description="Another person than the proposer decides on the trial (finance_checker): "
            "booked in the first open month, the claim is reversed, split anew or settled.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=handlers.refuse,
            body=Refusal,
            name="refuse_adjustment",
            description="Everything stays as it is booked (finance_checker).",
        ),
    ),
    show=detail,
    answer=AdjustmentAnswer,
)

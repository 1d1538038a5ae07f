"""Subsidies over HTTP: a bank files, finance reviews, a second person decides on the trial."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.risk_pool.api.case_requests import Opinion, Refusal
from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.cases import (
    Anyone,
    CaseStep,
    add_steps,
    presented,
    step_context,
)
from services.risk_pool.api.papers import PaperShown, papers_of
from services.risk_pool.api.subsidy_policies import SubsidyPolicy, policy_of
from services.risk_pool.api.subsidy_requests import NewSubsidy, SubsidyDecided
from services.risk_pool.domain.subsidy import LIFE_CYCLE, UNDECIDED, Action
from services.risk_pool.handlers import subsidies as handlers
from services.risk_pool.handlers import subsidy_decision
from services.risk_pool.queries import claims as known_claims
from services.risk_pool.queries import subsidies as known
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.part_in import part_in
from shared.http.progress import StepAnswer, progress_answer
from shared.money import Fen
from shared.postgres.database import EVERYWHERE
from shared.refusals import NotFound, Refused
from shared.schemes.decide.subsidies_explained import explain_subsidy
from shared.transitions import history_of

router = APIRouter(tags=["subsidies"])

Bank = Annotated[Identity, part_in(LIFE_CYCLE, Action.FILE)]


class SubsidyInList(Money):
    """A subsidy in the list."""

    id: UUID
    number: str = Field(examples=["BJ-S-2026-0001"])
    pool_code: str
    bank_code: str
    loan_id: UUID
    loan_number: str
    borrower_name: str
    code: str
    state: str
    state_zh: str
    state_en: str
    filed_on: date
    since: date
    until: date
    principal_fen: Fen
    amount_fen: Fen = Field(description="What was approved; 0.00 before.")
    payee: str
    payee_code: str
    booked_on: date | None
    version: int
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class SubsidyTrial(Money):
    """What a subsidy comes to now: who pays, every cap, and how it was reckoned."""

    trial: str = Field(description="The name by which a decision refers to it; empty if missing.")
    amount_fen: Fen
    fee_fen: Fen | None = Field(description="The fee or premium that it counts on.")
    premium_fen: Fen | None = Field(description="What the policy stated when it was filed.")
    fee_reason: str = Field(description="Why the two differ, in the bank's words.")
    shares: dict[str, str]
    limits: list[dict[str, Any]]
    payee: str
    explanation: dict[str, Any] | None
    missing: dict[str, str] | None = Field(description="What the rules lack to reckon it.")


class SubsidyAnswer(SubsidyInList):
    """A subsidy with all that is known of it."""

    progress: list[StepAnswer]
    programme: str
    mode: str
    terms_on: date
    filed_at: datetime
    rate_bp: int
    interest_paid_fen: Fen | None
    fee_fen: Fen | None
    policy: SubsidyPolicy | None = Field(
        description="Of a subsidy of a premium: the policy that it was filed for."
    )
    fee_reason: str = Field(
        description="Why the fee is another than the policy's premium, in the bank's words."
    )
    market_rate_bp: int | None
    product: str
    settled_on: date
    attributes: dict[str, Any]
    documents: list[PaperShown]
    shares: list[dict[str, Any]]
    trial: SubsidyTrial | None = Field(description="While it is undecided, for the bureau.")
    settled_in: str | None = Field(description="The month whose posted settlement paid it.")
    explanation: dict[str, Any] | None
    people: dict[str, Any] | None
    history: list[MoveAnswer]


@router.post("/pools/{code}/subsidies", status_code=201, response_model=SubsidyAnswer)
async def file_subsidy(
    code: str, body: NewSubsidy, request: Request, caller: Bank, context: CurrentContext
) -> Response:
    """File a subsidy under the programme of a pool, for a loan that any pool covers. The machine
    answers with everything it found at once."""
    filing, papers = step_context(request, caller, context), papers_of(body, caller)
    await papers.wait(context)

    async def work(conn: asyncpg.Connection) -> Answer:
        await papers.refer(conn, place="subsidies", now=filing.now)
        filed = body.as_filed(papers.kept.get("documents", []))
        subsidy_id = await handlers.file(conn, code, body.loan_id, filed, filing)
        answer = await detail(conn, subsidy_id, caller)
        where = f"/api/v1/subsidies/{subsidy_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/subsidies/{subsidy_id}")
async def show_subsidy(
    subsidy_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> SubsidyAnswer:
    """A subsidy with its trial while undecided, its shares, the explanation, people and history."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, subsidy_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


async def detail(conn: asyncpg.Connection, subsidy_id: UUID, caller: Identity) -> SubsidyAnswer:
    """A subsidy as the caller may see it. Raises NotFound."""
    row = await known.find(conn, subsidy_id)
    if row is None:
        raise NotFound("没有该补贴申请", "There is no such subsidy.")
    why = await known_claims.explanation(conn, row["explanation_id"])
    tried = row["state"] in UNDECIDED and caller.institution == EVERYWHERE
    return SubsidyAnswer(
        **presented(LIFE_CYCLE, row, caller),
        progress=progress_answer(LIFE_CYCLE, row["state"]),
        policy=await policy_of(conn, row),
        trial=await _trial(conn, row) if tried else None,
        settled_in=await known.settled_in(conn, row),
        explanation=why["explanation"] if why else None,
        people=why["people"] if why else None,
        history=[MoveAnswer(**move) for move in await history_of(conn, subsidy_id)],
    )


async def _trial(conn: asyncpg.Connection, row: asyncpg.Record) -> SubsidyTrial:
    base = {
        "fee_fen": row["fee_fen"],
        "premium_fen": row["policy_premium_fen"],
        "fee_reason": row["fee_reason"],
    }
    try:
        tried = await subsidy_decision.trial_of(conn, row)
    except Refused as refused:
        return SubsidyTrial(
            trial="", amount_fen=0, shares={}, limits=[], payee="", explanation=None,
            missing={"code": refused.code, "zh": refused.zh, "en": refused.en}, **base,
        )  # fmt: skip
    said = tried.decision.as_data()
    return SubsidyTrial(
        trial=tried.name,
        amount_fen=tried.decision.amount_fen,
        shares=said["shares"],
        limits=said["limits"],
        payee=said["payee"],
        explanation=explain_subsidy(tried.decision).as_data(),
        missing=None,
        **base,
    )


add_steps(
    router,
    "/subsidies/{subsidy_id}",
    (
        CaseStep(
            action=Action.REVIEW,
            handler=handlers.review,
            body=Opinion,
            name="review_subsidy",
            description="The first person recommends the subsidy (finance_maker or reviewer).",
        ),
        CaseStep(
            action=Action.APPROVE,
            handler=subsidy_decision.approve,
            body=SubsidyDecided,
            name="approve_subsidy",
            description="The second person decides on the trial he saw (finance_checker); the "
            "settlement of the month pays it.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=handlers.refuse,
            body=Refusal,
            name="refuse_subsidy",
            description="The subsidy is not paid; the bank may mend it and file it anew.",
        ),
        CaseStep(
            action=Action.WITHDRAW,
            handler=handlers.withdraw,
            body=Refusal,
            name="withdraw_subsidy",
            description="The bank takes the subsidy back; its period is free again.",
        ),
    ),
    show=detail,
    answer=SubsidyAnswer,
)

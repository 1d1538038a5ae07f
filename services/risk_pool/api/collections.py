"""Collection of compensated loans over HTTP: steps, agreed instalments, a conclusion by two persons."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.risk_pool.api.case_requests import Opinion, Refusal
from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.cases import Anyone, CaseStep, add_steps, presented, step_context
from services.risk_pool.api.papers import SOME_PAPER, CasePaper, PaperShown
from services.risk_pool.domain import claim as claims
from services.risk_pool.domain.collection import (
    CONCLUSIONS,
    KINDS,
    LIFE_CYCLE,
    Action,
    Conclusion,
    Kind,
    Stage,
    State,
    standings,
)
from services.risk_pool.handlers import collections as handlers
from services.risk_pool.queries import claims as known_claims
from services.risk_pool.queries import collections as known
from services.risk_pool.queries import instalments as known_instalments
from services.risk_pool.queries import recoveries as known_recoveries
from services.risk_pool.tables import stored_papers
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.part_in import part_in
from shared.http.progress import StepAnswer, progress_answer
from shared.http.requests import IsoDate, LongText, RequestBody, ShortText
from shared.life_cycle import Row
from shared.money import MONEY_NAMES, Fen, RequestFen
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["collections"])

Beginner = Annotated[Identity, part_in(LIFE_CYCLE, Action.BEGIN)]


class NewCollection(RequestBody):
    """Who collects, and how."""

    collector: ShortText = Field(examples=["工行滨海支行资产保全部"])
    plan: LongText = Field(examples=["先函后诉，优先处置质押专利。"])


class CollectionStep(RequestBody):
    """What was done to collect."""

    kind: Kind = Field(examples=["suit"])
    taken_on: IsoDate
    note: LongText = Field(examples=["向滨海新区人民法院提起诉讼，已受理。"])
    reference: ShortText | None = Field(None, examples=["(2026)津0116民初1234号"])
    papers: list[CasePaper] = Field(default_factory=list, max_length=20)


class NewInstalment(RequestBody):
    """An agreed instalment."""

    model_config = ConfigDict(**MONEY_NAMES)

    due_on: IsoDate
    amount_fen: RequestFen = Field(examples=["50000.00"])


class InstalmentsAgreed(RequestBody):
    """What the debtor has agreed to pay, and when."""

    agreed_on: IsoDate
    instalments: list[NewInstalment] = Field(min_length=1, max_length=120)
    papers: list[CasePaper] = Field(
        min_length=1, max_length=20, description="The agreement.", examples=SOME_PAPER
    )


class ConclusionProposed(RequestBody):
    """To what the collection has come, and why."""

    conclusion: Conclusion = Field(examples=["settled"])
    reason: LongText = Field(examples=["和解款已全部到账"])


class StepKept(BaseModel):
    """A step of the collection."""

    number: int
    kind: str
    kind_zh: str
    kind_en: str
    taken_on: date
    note: str
    reference: str
    papers: list[PaperShown]
    recorded_by: str
    recorded_name: str
    recorded_at: datetime


class Reminded(BaseModel):
    """The bank was reminded of an instalment that was not met."""

    stage: Stage = Field(examples=["due"])
    told_on: date


class InstalmentAnswer(Money):
    """An agreed instalment, and what of it recoveries have met."""

    due_on: date
    amount_fen: Fen
    met_fen: Fen
    left_fen: Fen
    standing: str = Field(examples=["met", "late", "due"])
    reminded: list[Reminded] = Field(description="When the bank was reminded of it.")
    late_days: int = Field(
        description="Days since its day that it is not met; 0 where it is not late."
    )


class CollectionAnswer(Money):
    """The collection of a claim's loan. Money comes in through recoveries alone."""

    id: UUID
    claim_id: UUID
    claim_number: str
    pool_code: str
    bank_code: str
    loan_id: UUID
    loan_number: str
    borrower_name: str
    collector: str
    plan: str
    state: str
    state_zh: str
    state_en: str
    begun_on: date
    begun_name: str
    progress: list[StepAnswer]
    steps: list[StepKept]
    agreed_on: date | None
    instalments: list[InstalmentAnswer]
    recovered_fen: Fen = Field(description="Confirmed recoveries before costs.")
    open_fen: Fen = Field(description="Of what the parties bore, what has not come back.")
    recoveries: list[UUID]
    conclusion: str
    conclusion_zh: str
    conclusion_en: str
    conclusion_reason: str
    next_step: str = Field(
        description="The claim's own step that a conclusion leads to; empty where none is left.",
        examples=["write_off"],
    )
    proposed_by: str | None
    proposed_name: str | None
    concluded_by: str | None
    concluded_name: str | None
    concluded_on: date | None
    version: int
    pending_actions: list[str]
    waiting_for: WaitingFor | None
    papers: list[PaperShown]
    history: list[MoveAnswer]


@router.post("/claims/{claim_id}/collection", status_code=201, response_model=CollectionAnswer)
async def begin_collection(
    claim_id: UUID, body: NewCollection, request: Request, caller: Beginner, context: CurrentContext
) -> Response:
    """Begin to collect on an approved claim: the bank by the scheme's duty (bank_operator), or
    finance for it (finance_maker)."""
    beginning = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        begun = await handlers.begin(conn, claim_id, **dict(body), context=beginning)
        answer = await detail(conn, begun, caller)
        where = f"/api/v1/claims/{claim_id}/collection"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/claims/{claim_id}/collection")
async def show_collection(
    claim_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> CollectionAnswer:
    """The collection of a claim's loan: steps, instalments with what has met them, conclusion."""
    async with context.database.looking(caller.institution) as conn:
        row = await known.of_claim(conn, claim_id)
        answer = await _answer(conn, row, caller, business_date(context.clock.now()))
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.get("/collections/{collection_id}")
async def show_collection_by_id(
    collection_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> CollectionAnswer:
    """The same, by its own id."""
    async with context.database.looking(caller.institution) as conn:
        row = await known.find(conn, collection_id)
        answer = await _answer(conn, row, caller, business_date(context.clock.now()))
    response.headers["ETag"] = etag(answer.version)
    return answer


async def detail(
    conn: asyncpg.Connection, collection_id: UUID, caller: Identity
) -> CollectionAnswer:
    """A collection as the caller may see it after a step. Raises NotFound."""
    row = await known.find(conn, collection_id)
    today = business_date(row["state_since"]) if row else date.min
    return await _answer(conn, row, caller, today)


async def _answer(
    conn: asyncpg.Connection, row: asyncpg.Record | None, caller: Identity, today: date
) -> CollectionAnswer:
    own = caller.bank
    if row is None or own not in (None, row["bank_code"]):
        raise NotFound("没有该追偿", "There is no such collection.")
    agreed = await known.instalments(conn, row["id"], row["agreement"])
    met_by = await known.recovered_fen(conn, row["claim_id"], since=row["agreed_on"])
    reminded = await known_instalments.reminded(conn, row["id"], row["agreement"])
    claim = await known_claims.find(conn, row["claim_id"])
    assert claim is not None
    words = CONCLUSIONS.get(row["conclusion"])
    return CollectionAnswer(
        **presented(LIFE_CYCLE, row, caller) | {"pending_actions": LIFE_CYCLE.open_to(row, caller)},
        progress=progress_answer(LIFE_CYCLE, row["state"]),
        steps=[StepKept(**{**one, **_kind(one)}) for one in await known.steps(conn, row["id"])],
        instalments=[
            InstalmentAnswer(
                due_on=one.due_on,
                amount_fen=one.amount_fen,
                met_fen=one.met_fen,
                left_fen=one.amount_fen - one.met_fen,
                reminded=[Reminded(**told) for told in reminded.get(one.due_on, ())],
                late_days=(today - one.due_on).days if one.standing == "late" else 0,
                standing=one.standing,
            )
            for one in standings(agreed, recovered_fen=met_by if agreed else 0, today=today)
        ],
        recovered_fen=await known.recovered_fen(conn, row["claim_id"]),
        open_fen=max(await known.open_fen(conn, row["claim_id"]), 0),
        recoveries=await known_recoveries.of_claim(conn, row["claim_id"]),
        conclusion_zh=words.zh if words else "",
        conclusion_en=words.en if words else "",
        next_step=_next_step(row, claim),
        papers=[PaperShown(**one) for one in await stored_papers.of_case(conn, row["id"])],
        history=[MoveAnswer(**move) for move in await history_of(conn, row["id"])],
    )


def _kind(row: Row) -> dict[str, str]:
    words = KINDS[row["kind"]]
    return {"kind_zh": words.zh, "kind_en": words.en}


_WRITE_OFFS = (claims.Action.WRITE_OFF, claims.Action.REPORT_LOSS)


def _next_step(row: Row, claim: Row) -> str:
    """The step of the claim by which what is to be written off is written off."""
    if row["state"] != State.CONCLUDED or row["conclusion"] != Conclusion.WRITTEN_OFF:
        return ""
    for action in _WRITE_OFFS:
        if claims.LIFE_CYCLE.find(claim["state"], action):
            return str(action)
    return ""


_STEPS: tuple[tuple[Action, Any, type[RequestBody], str, str], ...] = (
    (Action.RECORD, handlers.record, CollectionStep, "record_step_of_collection",
     "Something was done to collect: letter, call, visit, suit, judgment, enforcement, settlement."),
    (Action.AGREE, handlers.agree, InstalmentsAgreed, "agree_instalments",
     "What the debtor has agreed to pay; a later agreement takes its place."),
    (Action.PROPOSE, handlers.propose, ConclusionProposed, "propose_conclusion_of_collection",
     "It is over; another person concludes. Recovered and settled are held against what is "
     "confirmed."),
    (Action.SEND_BACK, handlers.send_back, Refusal, "send_back_collection",
     "It goes on (finance_checker)."),
    (Action.CONCLUDE, handlers.conclude, Opinion, "conclude_collection",
     "Another person concludes (finance_checker). A write-off is then taken by the claim's own "
     "step, `next_step`."),
)  # fmt: skip
add_steps(
    router,
    "/collections/{collection_id}",
    tuple(
        CaseStep(action=action, handler=handler, body=body, name=name, description=description)
        for action, handler, body, name, description in _STEPS
    ),
    show=detail,
    answer=CollectionAnswer,
)

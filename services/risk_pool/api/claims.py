"""Claims over HTTP: a bank files, finance reviews, a second person decides, finance pays."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Response
from fastapi import Request as Request
from pydantic import ConfigDict, Field
from sqlmodel import col, select

from services.risk_pool.api.case_responses import (
    ClaimAnswer,
    ClaimInList,
    MoveAnswer,
    ShareAnswer,
    version_check,
)
from services.risk_pool.cases import VersionCheck, told
from services.risk_pool.domain.claim import LIFE_CYCLE, Filed, State
from services.risk_pool.handlers import claims as handlers
from services.risk_pool.handlers import compensation
from services.risk_pool.tables import claims
from services.risk_pool.tables.rows.claims import Claim
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor
from shared.http.requests import IsoDate, LongText, RequestBody, ShortText
from shared.money import MONEY_NAMES, NIL, RequestFen, RequestFenOrZero
from shared.refusals import NotFound
from shared.risk_classes import RiskClass
from shared.schemes.vocabulary import DOCUMENTS

router = APIRouter(tags=["claims"])

DocumentKind = Literal[tuple(DOCUMENTS)]  # type: ignore[valid-type] # words of the scheme files


class ClaimDocument(RequestBody):
    """A document that goes with the claim: what it is, and the hash of its content."""

    kind: DocumentKind = Field(  # type: ignore[valid-type]
        examples=["claim_form"]
    )
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", examples=["0" * 64])
    filename: ShortText = Field(examples=["补偿申请表.pdf"])


class ClaimFactsFiled(RequestBody):
    """How the loan stands on the claim day. A date says since when; leave out what is not so."""

    overdue_days: int = Field(ge=0, le=36_500, examples=[121])
    risk_class: RiskClass = Field(examples=["substandard"])
    lawsuit_accepted_on: IsoDate | None = None
    called_early_on: IsoDate | None = None
    loss_confirmed_on: IsoDate | None = None
    written_off_on: IsoDate | None = None
    enforcement_ended_on: IsoDate | None = None
    guarantor_paid_on: IsoDate | None = None
    insurer_notified_on: IsoDate | None = None
    compensated_elsewhere: bool = False


class NewClaim(RequestBody):
    """A claim for one covered loan."""

    model_config = ConfigDict(
        **MONEY_NAMES,
        json_schema_extra={
            "examples": [
                {
                    "loan_id": "0190163d-8694-739b-aea5-966c26f8ad91",
                    "claimed_on": "2026-06-10",
                    "outstanding_principal": "4840520.11",
                    "interest_arrears": "77448.32",
                    "penalty_interest": "11603.97",
                    "facts": {"overdue_days": 121, "risk_class": "substandard"},
                    "documents": [
                        {
                            "kind": "claim_form",
                            "sha256": "9f86d081884c7d659a2feaa0c55ad015"
                            "a3bf4f1b2b0b822cd15d6c15b0f00a08",
                            "filename": "补偿申请表.pdf",
                        }
                    ],
                }
            ]
        },
    )

    loan_id: UUID
    claimed_on: IsoDate | None = Field(None, description="The claim day; today if left out.")
    outstanding_principal_fen: RequestFen
    interest_arrears_fen: RequestFenOrZero = Field(0, json_schema_extra=NIL)
    penalty_interest_fen: RequestFenOrZero = Field(0, json_schema_extra=NIL)
    costs_fen: RequestFenOrZero = Field(
        0,
        description="Costs spent up to the claim day; they count where the scheme says so.",
        json_schema_extra=NIL,
    )
    facts: ClaimFactsFiled
    documents: list[ClaimDocument] = Field(default_factory=list, max_length=100)


class Opinion(RequestBody):
    """What the person who decides has to say."""

    opinion: LongText = Field(examples=["材料齐全，同意补偿。"])


class Refusal(RequestBody):
    """Why not."""

    reason: LongText = Field(examples=["起诉材料与借款合同不一致。"])


class PaymentMade(RequestBody):
    """The day on which the money left the dedicated account."""

    paid_on: IsoDate | None = Field(None, description="Today if left out.")


@router.post("/claims", status_code=201, response_model=ClaimAnswer)
async def file_claim(
    body: NewClaim,
    request: Request,
    caller: Annotated[Identity, Depends(requires("bank_operator"))],
    context: CurrentContext,
) -> Response:
    """File a claim. The machine checks trigger, position, documents and time limit, and answers
    with everything it found at once (422, or 409 where the loan has a claim already)."""
    now = context.clock.now()
    facts = body.facts.model_dump()
    compensated_elsewhere = facts.pop("compensated_elsewhere")

    async def work(conn: asyncpg.Connection) -> Answer:
        claim_id = await handlers.submit(
            conn,
            loan_id=body.loan_id,
            filed=Filed(
                claimed_on=body.claimed_on or business_date(now),
                outstanding_principal_fen=body.outstanding_principal_fen,
                **facts,
            ),
            interest_arrears_fen=body.interest_arrears_fen,
            penalty_interest_fen=body.penalty_interest_fen,
            costs_fen=body.costs_fen,
            compensated_elsewhere=compensated_elsewhere,
            documents=[document.model_dump() for document in body.documents],
            caller=caller,
            now=now,
            working_days=context.working_days,
        )
        answer = await detail(conn, claim_id, caller)
        return Answer(
            201, answer, {"ETag": etag(answer.version), "Location": f"/api/v1/claims/{claim_id}"}
        )

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


Step = Callable[[asyncpg.Connection, VersionCheck, datetime], Awaitable[None]]


async def _step(
    claim_id: UUID, request: Request, caller: Identity, context: Context, step: Step
) -> Response:
    """One step of the life cycle: done at most once, answered with the claim as it then stands."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        await step(conn, version_check(request), now)
        answer = await detail(conn, claim_id, caller)
        return Answer(200, answer, {"ETag": etag(answer.version)})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.post("/claims/{claim_id}/review", response_model=ClaimAnswer)
async def review_claim(
    claim_id: UUID,
    body: Opinion,
    request: Request,
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> Response:
    """The first person recommends the claim (finance_maker or reviewer)."""

    async def step(conn: asyncpg.Connection, check: VersionCheck, now: datetime) -> None:
        await handlers.review(
            conn,
            claim_id,
            opinion=body.opinion,
            caller=caller,
            now=now,
            working_days=context.working_days,
            check_version=check,
        )

    return await _step(claim_id, request, caller, context, step)


@router.post("/claims/{claim_id}/approve", response_model=ClaimAnswer)
async def approve_claim(
    claim_id: UUID,
    body: Opinion,
    request: Request,
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> Response:
    """The second person decides (finance_checker): the loss is split by the loan's own terms."""

    async def step(conn: asyncpg.Connection, check: VersionCheck, now: datetime) -> None:
        await compensation.approve(
            conn,
            claim_id,
            opinion=body.opinion,
            caller=caller,
            now=now,
            working_days=context.working_days,
            check_version=check,
        )

    return await _step(claim_id, request, caller, context, step)


@router.post("/claims/{claim_id}/refuse", response_model=ClaimAnswer)
async def refuse_claim(
    claim_id: UUID,
    body: Refusal,
    request: Request,
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> Response:
    """The claim is not compensated; the bank may mend it and file it anew."""

    async def step(conn: asyncpg.Connection, check: VersionCheck, now: datetime) -> None:
        await handlers.refuse(
            conn, claim_id, reason=body.reason, caller=caller, now=now, check_version=check
        )

    return await _step(claim_id, request, caller, context, step)


@router.post("/claims/{claim_id}/pay", response_model=ClaimAnswer)
async def pay_claim(
    claim_id: UUID,
    body: PaymentMade,
    request: Request,
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> Response:
    """The pool's part leaves the dedicated account (finance_maker), if it holds enough."""

    async def step(conn: asyncpg.Connection, check: VersionCheck, now: datetime) -> None:
        await compensation.pay(
            conn,
            claim_id,
            paid_on=body.paid_on or business_date(now),
            caller=caller,
            now=now,
            check_version=check,
        )

    return await _step(claim_id, request, caller, context, step)


@router.get("/claims")
async def list_claims(
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
    pool: Annotated[str | None, Query(max_length=40)] = None,
    bank: Annotated[str | None, Query(max_length=40)] = None,
    state: State | None = None,
    loan_id: UUID | None = None,
    claimed_from: date | None = None,
    claimed_to: date | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[ClaimInList]:
    """Claims, the newest first. A bank sees its own."""
    query = select(Claim).order_by(col(Claim.id).desc()).limit(limit + 1)
    for column, value in (
        (Claim.pool_code, pool),
        (Claim.bank_code, bank),
        (Claim.state, state),
        (Claim.loan_id, loan_id),
    ):
        if value is not None:
            query = query.where(col(column) == value)
    if claimed_from is not None:
        query = query.where(col(Claim.claimed_on) >= claimed_from)
    if claimed_to is not None:
        query = query.where(col(Claim.claimed_on) <= claimed_to)
    if cursor is not None:
        (before,) = decode_cursor(cursor, UUID)
        query = query.where(col(Claim.id) < before)
    async with context.database.reading(caller.institution) as session:
        rows: Sequence[Claim] = (await session.exec(query)).all()
    return Page(
        items=[ClaimInList(**told(LIFE_CYCLE, row.model_dump(), caller)) for row in rows[:limit]],
        next_cursor=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
    )


@router.get("/claims/{claim_id}")
async def show_claim(
    claim_id: UUID,
    response: Response,
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> ClaimAnswer:
    """A claim with its split, the caps that bound, the explanation, people and history."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, claim_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


async def detail(conn: asyncpg.Connection, claim_id: UUID, caller: Identity) -> ClaimAnswer:
    """A claim as the caller may see it. Raises NotFound."""
    row = await conn.fetchrow("select * from claims where id = $1", claim_id)
    if row is None:
        raise NotFound("没有该补偿申请", "There is no such claim.")
    why = await conn.fetchrow(
        "select explanation, people from explanations where id = $1", row["explanation_id"]
    )
    returned, _ = await claims.returned_before(conn, claim_id)
    codes = {share["party"]: share["party_code"] for share in row["shares"]}
    recoveries = await conn.fetch(
        "select id from recoveries where claim_id = $1 order by id", claim_id
    )
    return ClaimAnswer(
        **told(LIFE_CYCLE, dict(row), caller),
        explanation=why["explanation"] if why else None,
        people=why["people"] if why else None,
        returned=[
            ShareAnswer(party=party, party_code=codes.get(party, party), amount_fen=fen)
            for party, fen in sorted(returned.items())
        ],
        recoveries=[recovery["id"] for recovery in recoveries],
        history=[MoveAnswer(**move) for move in await claims.history(conn, claim_id)],
    )

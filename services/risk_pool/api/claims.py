"""Claims over HTTP: a bank files, finance reviews, a second person decides, finance pays."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Request, Response

from services.risk_pool.api.case_requests import NewClaim, Opinion, PaymentMade, Refusal
from services.risk_pool.api.case_responses import (
    ClaimAnswer,
    ClaimInList,
    MoveAnswer,
    ShareAnswer,
)
from services.risk_pool.api.cases import (
    Anyone,
    CaseStep,
    add_steps,
    part_in,
    presented,
    step_context,
)
from services.risk_pool.domain.claim import LIFE_CYCLE, Action, State
from services.risk_pool.domain.claim_checks import Filed
from services.risk_pool.domain.claim_facts import share_of
from services.risk_pool.domain.compensation import PartyPayment
from services.risk_pool.domain.shares import PartyShare
from services.risk_pool.handlers import claims as handlers
from services.risk_pool.handlers import compensation
from services.risk_pool.queries import claims as known
from services.risk_pool.queries import recoveries
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.progress import progress_answer
from shared.money import format_fen
from shared.ratios import percent
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["claims"])

Bank = Annotated[Identity, part_in(LIFE_CYCLE, Action.SUBMIT)]


@router.post("/claims", status_code=201, response_model=ClaimAnswer)
async def file_claim(
    body: NewClaim, request: Request, caller: Bank, context: CurrentContext
) -> Response:
    """File a claim. The machine checks trigger, position, documents and time limit, and answers
    with everything it found at once (422, or 409 where the loan has a claim already)."""
    filing = step_context(request, caller, context)
    filed = Filed(
        claimed_on=body.claimed_on or business_date(filing.now),
        outstanding_principal_fen=body.outstanding_principal_fen,
        interest_arrears_fen=body.interest_arrears_fen,
        penalty_interest_fen=body.penalty_interest_fen,
        costs_fen=body.costs_fen,
        documents=[document.model_dump() for document in body.documents],
        details=body.as_details(),
        **body.facts.model_dump(),
    )

    async def work(conn: asyncpg.Connection) -> Answer:
        claim_id = await handlers.submit(conn, body.loan_id, filed, filing)
        answer = await detail(conn, claim_id, caller)
        where = f"/api/v1/claims/{claim_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/claims")
async def list_claims(
    caller: Anyone,
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
    async with context.database.looking(caller.institution) as conn:
        rows = await known.page(
            conn,
            pool=pool,
            bank=bank,
            state=state,
            loan_id=loan_id,
            claimed_from=claimed_from,
            claimed_to=claimed_to,
            before=decode_cursor(cursor, UUID)[0] if cursor is not None else None,
            limit=limit + 1,
        )
    items = [ClaimInList(**presented(LIFE_CYCLE, row, caller)) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/claims/{claim_id}")
async def show_claim(
    claim_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> ClaimAnswer:
    """A claim with its split, the caps that bound, the explanation, people and history."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, claim_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


async def detail(conn: asyncpg.Connection, claim_id: UUID, caller: Identity) -> ClaimAnswer:
    """A claim as the caller may see it. Raises NotFound."""
    row = await known.find(conn, claim_id)
    if row is None:
        raise NotFound("没有该补偿申请", "There is no such claim.")
    why = await known.explanation(conn, row["explanation_id"])
    shares = await known.shares(conn, claim_id)
    returned = await recoveries.returned_before(conn, claim_id)
    codes = {share.party: share.party_code for share in shares}
    return ClaimAnswer(
        **presented(LIFE_CYCLE, row, caller),
        ip_share=percent(share_of(row)),
        progress=progress_answer(LIFE_CYCLE, row["state"]),
        shares=shares_answered(shares),
        money_path=[_payment(one) for one in await known.payments(conn, claim_id)],
        caps_bound=[limit.as_data() for limit in await known.limits_bound(conn, claim_id)],
        explanation=why["explanation"] if why else None,
        people=why["people"] if why else None,
        returned=[
            ShareAnswer(party=party, party_code=codes.get(party, party), amount_fen=fen)
            for party, fen in sorted(returned.items())
        ],
        recoveries=await recoveries.of_claim(conn, claim_id),
        history=[MoveAnswer(**move) for move in await history_of(conn, claim_id)],
    )


def shares_answered(shares: Sequence[PartyShare]) -> list[ShareAnswer]:
    """What each party bears or gets."""
    return [
        ShareAnswer(party=one.party, party_code=one.party_code, amount_fen=one.amount_fen)
        for one in shares
    ]


def _payment(payment: PartyPayment) -> dict[str, Any]:
    return {
        "payer": payment.payer,
        "payer_code": payment.payer_code,
        "payee": payment.payee,
        "payee_code": payment.payee_code,
        "kind": payment.kind,
        "amount": format_fen(payment.amount_fen),
    }


add_steps(
    router,
    "/claims/{claim_id}",
    (
        CaseStep(
            action=Action.REVIEW,
            handler=handlers.review,
            body=Opinion,
            name="review_claim",
            description="The first person recommends the claim (finance_maker or reviewer).",
        ),
        CaseStep(
            action=Action.APPROVE,
            handler=compensation.approve,
            body=Opinion,
            name="approve_claim",
            description="The second person decides (finance_checker): the loss is split by the "
            "loan's own terms.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=handlers.refuse,
            body=Refusal,
            name="refuse_claim",
            description="The claim is not compensated; the bank may mend it and file it anew.",
        ),
        CaseStep(
            action=Action.PAY,
            handler=compensation.pay,
            body=PaymentMade,
            name="pay_claim",
            description="The pool's part leaves the dedicated account (finance_maker), if it "
            "holds enough.",
        ),
    ),
    show=detail,
    answer=ClaimAnswer,
)

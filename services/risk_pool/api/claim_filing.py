"""How a bank files a claim over HTTP: tried out, drafted, submitted, and mended after a return."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response

from services.risk_pool.api.case_requests import ClaimContent, DraftContent, NewClaim, NewDraft
from services.risk_pool.api.case_responses import (
    CheckAnswer,
    ClaimAnswer,
    ClaimNeeds,
    PaperNeeded,
    PreCheckAnswer,
    StandsAt,
)
from services.risk_pool.api.cases import step_context
from services.risk_pool.api.claim_needs import amounts_of_claim, facts_of_claim
from services.risk_pool.api.claims import detail
from services.risk_pool.api.papers import Papers, papers_of
from services.risk_pool.domain.claim import LIFE_CYCLE, Action
from services.risk_pool.domain.claim_checks import against
from services.risk_pool.domain.claim_filed import BANK_DATES, Filed
from services.risk_pool.domain.claim_steps import steps_named
from services.risk_pool.handlers import claim_filing as handlers
from services.risk_pool.handlers.step_context import StepContext
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.part_in import part_in
from shared.schemes.vocabulary import DOCUMENTS

router = APIRouter(tags=["claims"])

Filer = Annotated[Identity, part_in(LIFE_CYCLE, Action.SUBMIT)]
Drafter = Annotated[Identity, part_in(LIFE_CYCLE, Action.SAVE_DRAFT)]
Mender = Annotated[Identity, part_in(LIFE_CYCLE, Action.RESUBMIT)]


@router.get("/coverages/{loan_id}/claim-needs")
async def what_a_claim_takes(loan_id: UUID, caller: Filer, context: CurrentContext) -> ClaimNeeds:
    """What a bank has to bring along for a claim: papers, dates, and the report to agree with."""
    async with context.database.looking(caller.institution) as conn:
        needs = await handlers.needs_of(conn, loan_id)
    loan, terms, reported = needs.loan, needs.terms, needs.reported
    article = terms.source("claim_documents")
    return ClaimNeeds(
        loan_id=loan_id,
        loan_number=loan["number"],
        borrower_name=loan["borrower_name"],
        programme=loan["programme"],
        mode=loan["mode"],
        reported=None
        if reported is None
        else StandsAt(
            month=reported.month,
            outstanding_principal_fen=reported.outstanding_principal_fen,
            overdue_days=reported.overdue_days,
            risk_class=reported.risk_class,
        ),
        papers=[
            PaperNeeded(kind=kind, zh=DOCUMENTS[kind].zh, en=DOCUMENTS[kind].en, article=article)
            for kind in terms.claim_documents
        ],
        dates=[
            field
            for condition, field in BANK_DATES.items()
            if any(getattr(rule, condition) for rule in terms.trigger)
        ],
        facts=facts_of_claim(terms),
        amounts=amounts_of_claim(terms),
        counts_costs="costs" in terms.base.plus,
        no_other_compensation=bool(terms.no_other_compensation),
        steps=list(steps_named(terms)),
    )


@router.post("/claims/pre-checks", response_model=PreCheckAnswer)
async def pre_check(
    body: NewClaim, request: Request, caller: Filer, context: CurrentContext
) -> PreCheckAnswer:
    """What the machine would say of this claim if it were filed now: every check with its result,
    evidence and article. Nothing is kept, and nobody is told."""
    filing = step_context(request, caller, context)
    papers = papers_of(body, caller)
    await papers.wait(context)
    async with context.database.looking(caller.institution) as conn:
        await papers.look(conn)
        filed = _filed(body, filing, papers)
        rows = await handlers.pre_check(conn, body.loan_id, filed, filing)
    return PreCheckAnswer(
        may_be_filed=not against(rows), checks=[CheckAnswer(**row.as_data()) for row in rows]
    )


@router.post("/claims", status_code=201, response_model=ClaimAnswer)
async def file_claim(
    body: NewClaim, request: Request, caller: Filer, context: CurrentContext
) -> Response:
    """File a claim, today. What fails in the checks of `POST /claims/pre-checks`, or asks to be
    confirmed and is not, is answered at once (422, or 409 where the loan has a claim already)."""
    filing, papers = step_context(request, caller, context), papers_of(body, caller)

    async def work(conn: asyncpg.Connection) -> UUID:
        return await handlers.submit(conn, body.loan_id, _filed(body, filing, papers), filing)

    return await _begun(request, papers, context, work)


@router.post("/claims/drafts", status_code=201, response_model=ClaimAnswer)
async def begin_draft(
    body: NewDraft, request: Request, caller: Drafter, context: CurrentContext
) -> Response:
    """Keep a claim that is not complete yet. Nobody but the bank sees it, and it has no number."""
    filing, papers = step_context(request, caller, context), papers_of(body, caller)

    async def work(conn: asyncpg.Connection) -> UUID:
        return await handlers.begin_draft(conn, body.loan_id, _content(body, papers), filing)

    return await _begun(request, papers, context, work)


@router.post("/claims/{claim_id}/draft", response_model=ClaimAnswer)
async def save_draft(
    claim_id: UUID, body: DraftContent, request: Request, caller: Drafter, context: CurrentContext
) -> Response:
    """The draft as it stands now; what is left out is not in it any more."""
    filing, papers = step_context(request, caller, context), papers_of(body, caller)

    async def work(conn: asyncpg.Connection) -> None:
        await handlers.save_draft(conn, claim_id, _content(body, papers), filing)

    return await _moved(claim_id, request, papers, context, work)


@router.post("/claims/{claim_id}/submit", response_model=ClaimAnswer)
async def submit_draft(
    claim_id: UUID, body: ClaimContent, request: Request, caller: Filer, context: CurrentContext
) -> Response:
    """File a draft, today, as the body has it; answered as `POST /claims` is."""
    filing, papers = step_context(request, caller, context), papers_of(body, caller)

    async def work(conn: asyncpg.Connection) -> None:
        await handlers.submit_draft(conn, claim_id, _filed(body, filing, papers), filing)

    return await _moved(claim_id, request, papers, context, work)


@router.post("/claims/{claim_id}/resubmit", response_model=ClaimAnswer)
async def resubmit_claim(
    claim_id: UUID, body: ClaimContent, request: Request, caller: Mender, context: CurrentContext
) -> Response:
    """A returned claim, mended, with its facts as of today; it keeps its day of filing."""
    filing, papers = step_context(request, caller, context), papers_of(body, caller)

    async def work(conn: asyncpg.Connection) -> None:
        await handlers.resubmit(conn, claim_id, _filed(body, filing, papers), filing)

    return await _moved(claim_id, request, papers, context, work)


def filed_on(today: date, body: ClaimContent, documents: Sequence[Mapping[str, Any]]) -> Filed:
    """The claim as a bank files it on a day, with its papers as they are kept."""
    return Filed(
        claimed_on=today,
        stated_on=today,
        outstanding_principal_fen=body.outstanding_principal_fen,
        interest_arrears_fen=body.interest_arrears_fen,
        penalty_interest_fen=body.penalty_interest_fen,
        costs_fen=body.costs_fen,
        documents=documents,
        details=body.as_details(),
        confirmed=frozenset(body.confirmed),
        **body.facts.model_dump(),
    )


def _filed(body: ClaimContent, filing: StepContext, papers: Papers) -> Filed:
    return filed_on(filing.today, body, papers.kept.get("documents", []))


def _content(body: DraftContent, papers: Papers) -> dict[str, Any]:
    """A draft as it is kept: what was filled in, by the names of the API."""
    said = body.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"loan_id"})
    return said | papers.kept


async def _begun(
    request: Request,
    papers: Papers,
    context: Context,
    work: Callable[[asyncpg.Connection], Awaitable[UUID]],
) -> Response:
    caller = papers.caller
    await papers.wait(context)

    async def answered(conn: asyncpg.Connection) -> Answer:
        await papers.refer(conn, place="claims", now=context.clock.now())
        claim_id = await work(conn)
        answer = await detail(conn, claim_id, caller)
        where = f"/api/v1/claims/{claim_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, answered, keeps_forever=True)


async def _moved(
    claim_id: UUID,
    request: Request,
    papers: Papers,
    context: Context,
    work: Callable[[asyncpg.Connection], Awaitable[None]],
) -> Response:
    caller = papers.caller
    await papers.wait(context)

    async def answered(conn: asyncpg.Connection) -> Answer:
        await papers.refer(conn, place="claims", now=context.clock.now())
        await work(conn)
        answer = await detail(conn, claim_id, caller)
        return Answer(200, answer, {"ETag": etag(answer.version)})

    return await idempotently(request, caller, context.database, answered, keeps_forever=True)

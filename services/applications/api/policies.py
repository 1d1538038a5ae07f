"""Insurance policies: recorded, endorsed, renewed, ended, listed by their last day, and added up."""

from datetime import date
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.enhancement_answers import (
    EnhancementFinding,
    EnhancementsAnswer,
    PolicyAnswer,
    guarantee,
    policy,
)
from services.applications.api.enhancement_pages import (
    Ender,
    Endorser,
    Keeper,
    found_or_refused,
)
from services.applications.api.enhancement_requests import EndBody, PolicyBody, PolicyEndorsement
from services.applications.api.right_requests import Day
from services.applications.api.rights import Reader
from services.applications.domain.enhancement import (
    PolicyKind,
    guaranteed_fen,
    insured_fen,
)
from services.applications.handlers import enhancements as handler
from services.applications.handlers.case_checks import insurance_of
from services.applications.handlers.case_in_hand import terms_or_none
from services.applications.queries import enhancements as known
from services.applications.queries.loans import lent_fen
from services.applications.queries.submitted import case_row
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.money import MONEY_NAMES, Fen

router = APIRouter(tags=["policies"])


class PolicyTotal(BaseModel):
    """Policies that begin in a month, of a kind and an insurer, as they stand now."""

    model_config = ConfigDict(**MONEY_NAMES)

    month: str
    kind: PolicyKind
    insurer_uscc: str
    insurer_name: str
    policies: int
    insured_fen: Fen
    premium_fen: Fen


class PolicyTotalsAnswer(Page[PolicyTotal]):
    """Rows by month, kind and insurer, and all of them together."""

    model_config = ConfigDict(**MONEY_NAMES)

    since: date
    until: date
    policies: int
    insured_fen: Fen
    premium_fen: Fen


@router.post("/policies", status_code=201, response_model=PolicyAnswer)
async def record_policy(
    body: PolicyBody, request: Request, caller: Keeper, context: CurrentContext
) -> Response:
    """Record a policy of a case or of a firm; a renewal names the policy that it renews. An
    insurer's number is recorded once, in whatever spelling."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        policy_id = await handler.record(conn, body.as_recorded(), by=caller, now=now)
        return Answer(201, await _policy(conn, policy_id, caller, business_date(now)))

    return await idempotently(request, caller, context.database, work)


@router.get("/policies/{policy_id}")
async def read_policy(policy_id: UUID, caller: Reader, context: CurrentContext) -> PolicyAnswer:
    """One policy with every version."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        return await _policy(conn, policy_id, caller, today)


@router.post("/policies/{policy_id}/endorse", response_model=PolicyAnswer)
async def endorse_policy(
    policy_id: UUID, body: PolicyEndorsement, request: Request, caller: Endorser,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """The insurer has endorsed the policy: a new version from a day on, the whole of its terms.
    What it said before stays, and still holds for the days before."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        await handler.endorse(
            conn, "policy", policy_id, body.as_promise(body.effective_on), paper=body.paper(),
            reason=body.reason, by=caller, now=now,
        )  # fmt: skip
        return Answer(200, await _policy(conn, policy_id, caller, business_date(now)))

    return await idempotently(request, caller, context.database, work)


@router.post("/policies/{policy_id}/end", response_model=PolicyAnswer)
async def end_policy(
    policy_id: UUID, body: EndBody, request: Request, caller: Ender, context: CurrentContext
) -> Response:
    """The policy is surrendered or cancelled before its last day."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        await handler.end(
            conn, "policy", policy_id, ended_on=body.ended_on, reason=body.reason, by=caller,
            now=now,
        )  # fmt: skip
        return Answer(200, await _policy(conn, policy_id, caller, business_date(now)))

    return await idempotently(request, caller, context.database, work)


@router.get("/policy-totals")
async def read_policy_totals(
    caller: Reader, context: CurrentContext, since: Day, until: Day
) -> PolicyTotalsAnswer:
    """How much was insured by policies that begin in a span of time, and at what premium: by month,
    kind and insurer. A renewal is a policy of its own; an endorsed one counts as it stands now."""
    async with context.database.looking(caller.institution) as conn:
        rows = await known.totals(conn, institution=caller.institution, since=since, until=until)
    items = [
        PolicyTotal(
            **{k: v for k, v in row.items() if not k.startswith("issuer")},
            insurer_uscc=row["issuer_uscc"],
            insurer_name=row["issuer_name"],
        )
        for row in rows
    ]
    return PolicyTotalsAnswer(
        since=since,
        until=until,
        items=items,
        policies=sum(one.policies for one in items),
        insured_fen=sum(one.insured_fen for one in items),
        premium_fen=sum(one.premium_fen for one in items),
    )


@router.get("/applications/{case_id}/enhancements")
async def read_enhancements(
    case_id: UUID, caller: Reader, context: CurrentContext
) -> EnhancementsAnswer:
    """Policies and guarantees of a case; what stands today beside the loan; and where the scheme's
    split lets an insurer bear a part, whether a policy covers it."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        row = await case_row(conn, case_id)
        shown = await known.of_case(conn, case_id)
        loan_fen = await lent_fen(conn, case_id) or row["amount_fen"]
        day = row["approved_on"] or today
        terms = await terms_or_none(conn, row["programme"], row["mode"], day)
        line = await insurance_of(conn, row, terms, amount_fen=loan_fen, day=today)
    values = [known.as_enhancement(one) for one in shown]
    policies = [one for one in values if one.form == "policy"]
    guarantees = [one for one in values if one.form == "guarantee"]
    return EnhancementsAnswer(
        policies=[policy(one, caller, today=today) for one in shown if one[0]["form"] == "policy"],
        guarantees=[
            guarantee(one, caller, today=today) for one in shown if one[0]["form"] == "guarantee"
        ],
        loan_fen=loan_fen,
        guaranteed_fen=guaranteed_fen(guarantees, loan_fen, day=today),
        insured_fen=insured_fen(policies, bank_code=row["bank_code"], day=today),
        insurer_bears=line is not None,
        findings=[
            EnhancementFinding(code=one.code, zh=one.zh, en=one.en)
            for one in (line.against if line else ())
        ],
    )


async def _policy(
    conn: asyncpg.Connection, policy_id: UUID, caller: Identity, today: date
) -> PolicyAnswer:
    shown = await found_or_refused(conn, policy_id, form="policy", caller=caller)
    return policy(shown, caller, today=today)

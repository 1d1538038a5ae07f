"""What a bank does with its claim: tries it out, drafts it, files it, and files it again mended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.claim import LIFE_CYCLE, Action
from services.risk_pool.domain.claim_check import Check, Situation
from services.risk_pool.domain.claim_checks import checked
from services.risk_pool.domain.claim_details import NOTHING_MORE
from services.risk_pool.domain.claim_filed import Filed, Position
from services.risk_pool.domain.time_limits import term_of
from services.risk_pool.handlers.claim_details import (
    detail_columns,
    require_costs_not_counted,
    require_readable,
)
from services.risk_pool.handlers.claim_situation import (
    admissible,
    rows_before_filing,
    situation,
    stored_facts,
)
from services.risk_pool.handlers.claims import locked, until
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.trial import keep_at_filing
from services.risk_pool.queries import claims as known
from services.risk_pool.tables import claims
from services.risk_pool.tables.ledger import lock_pool
from services.risk_pool.tables.numbers import next_number
from shared.clock import business_date
from shared.life_cycle import Row, Term
from shared.postgres.published_schemes import scheme_on
from shared.refusals import NotFound, Refused
from shared.schemes.terms import Terms
from shared.transitions import Step, apply_transition, apply_transitions


class DraftBegun(Refused):
    """The bank has a draft for the loan already; it goes on with that one."""

    code = "draft-begun"


async def pre_check(
    conn: asyncpg.Connection, loan_id: UUID, filed: Filed, context: StepContext
) -> Sequence[Check]:
    """Every check of a claim as it would be filed now; nothing is kept.

    Raises NotFound for a loan that the caller's bank has no coverage of.
    """
    await _pool_of(conn, loan_id)
    return await rows_before_filing(conn, await known.loan(conn, loan_id), filed, context)


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a claim for a loan takes, by the loan's own terms, and what is known of it so far."""

    loan: Row
    reported: Position | None
    terms: Terms


async def needs_of(conn: asyncpg.Connection, loan_id: UUID) -> Needs:
    """What a bank has to bring along. Raises NotFound, and what `Scheme.terms` raises."""
    await _pool_of(conn, loan_id)
    loan = await known.loan(conn, loan_id)
    scheme = await scheme_on(conn, loan["programme"], loan["approved_on"])
    positions = await known.positions_of(conn, loan_id)
    return Needs(
        loan=loan,
        reported=positions[-1] if positions else None,
        terms=scheme.terms(on=loan["approved_on"], mode=loan["mode"]),
    )


async def submit(
    conn: asyncpg.Connection, loan_id: UUID, filed: Filed, context: StepContext
) -> UUID:
    """File a claim, if the machine finds nothing against it.

    Raises NotFound for a loan that the caller's bank has no coverage of, AlreadyClaimed,
    ClaimNotAdmissible with every finding at once.
    """
    await lock_pool(conn, await _pool_of(conn, loan_id))
    step = await file(conn, await known.loan(conn, loan_id), filed, context)
    await apply_transition(conn, claims.CASES, step, now=context.now)
    await keep_at_filing(conn, [step.case["id"]])
    return UUID(str(step.case["id"]))


async def file(conn: asyncpg.Connection, loan: Row, filed: Filed, context: StepContext) -> Step:
    """The same for a loan of a pool that is held: the claim is there, its first step and its trial are
    the caller's to write."""
    move = LIFE_CYCLE.require(None, Action.SUBMIT, context.by)
    at = await situation(conn, loan, filed, context)
    await _require_details(conn, at, loan["loan_id"], context)
    said = _as_filed(at, admissible(checked(at)), context)

    term = term_of(at.terms, context.today, context.working_days)
    claim = {
        **_of_loan(loan),
        **said,
        **await _numbered(conn, loan["pool_code"], context),
        "id": uuid7(),
        "state": move.target,
        "state_since": context.now,
        "due_on": LIFE_CYCLE.term(move.target, term),
        "draft": None,
    }
    await claims.insert(conn, claim)
    return _submission({**claim, "state": None, "version": 0}, Action.SUBMIT, filed, context, term)


async def begin_draft(
    conn: asyncpg.Connection, loan_id: UUID, content: Mapping[str, Any], context: StepContext
) -> UUID:
    """Keep a claim that is not complete yet, for nobody but its bank.

    Raises NotFound, DraftBegun.
    """
    await lock_pool(conn, await _pool_of(conn, loan_id))
    loan = await known.loan(conn, loan_id)
    LIFE_CYCLE.require(None, Action.SAVE_DRAFT, context.by)
    begun = await known.draft_id(conn, loan_id)
    if begun is not None:
        raise draft_begun(begun)
    (claim_id,) = await begin_drafts(conn, [(loan, content)], context)
    return claim_id


def draft_begun(claim_id: UUID) -> DraftBegun:
    """The refusal of another draft for the loan of this one."""
    return DraftBegun(
        "该贷款已有补偿申请草稿，请继续填写。",
        "There is a draft for the loan already; go on with that one.",
        claim_id=str(claim_id),
    )


async def begin_drafts(
    conn: asyncpg.Connection, begun: Sequence[tuple[Row, Mapping[str, Any]]], context: StepContext
) -> list[UUID]:
    """Keep drafts with what each says, for loans of pools that are held and have none. The table lets
    the caller, or what it raises."""
    move = LIFE_CYCLE.require(None, Action.SAVE_DRAFT, context.by)
    drafts = [_draft(loan, content, move.target, context) for loan, content in begun]
    await claims.insert_all(conn, drafts)
    steps = [
        Step(case={**claim, "state": None, "version": 0}, action=Action.SAVE_DRAFT, by=context.by)
        for claim in drafts
    ]
    await apply_transitions(conn, claims.CASES, steps, now=context.now)
    return [UUID(str(claim["id"])) for claim in drafts]


def _draft(
    loan: Row, content: Mapping[str, Any], state: str, context: StepContext
) -> dict[str, Any]:
    return {
        **_of_loan(loan),
        **dict.fromkeys(("number", "claimed_on", "filed_at", "stated_on", "due_on")),
        **dict.fromkeys(
            ("outstanding_principal_fen", "interest_arrears_fen", "penalty_interest_fen",
             "costs_fen"), 0,
        ),
        "scheme_version": "",
        "facts": {},
        "documents": [],
        "precheck": {},
        "checks": [],
        "id": uuid7(),
        "state": state,
        "state_since": context.now,
        "draft": dict(content),
        **NOTHING_MORE.columns_of_draft,
    }  # fmt: skip


async def save_draft(
    conn: asyncpg.Connection, claim_id: UUID, content: Mapping[str, Any], context: StepContext
) -> None:
    """The draft as it stands now; what it said before is not kept."""
    _, claim = await locked(conn, claim_id, Action.SAVE_DRAFT, context)
    step = Step(
        case=claim, action=Action.SAVE_DRAFT, by=context.by, changes={"draft": dict(content)}
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)


async def submit_draft(
    conn: asyncpg.Connection, claim_id: UUID, filed: Filed, context: StepContext
) -> None:
    """A draft is filed, complete, on today's business day.

    Raises AlreadyClaimed, ClaimNotAdmissible with every finding at once.
    """
    await file_draft(conn, claim_id, filed, context)
    await keep_at_filing(conn, [claim_id])


async def file_draft(
    conn: asyncpg.Connection, claim_id: UUID, filed: Filed, context: StepContext
) -> None:
    """The same; its trial is the caller's to keep."""
    pool, claim = await locked(conn, claim_id, Action.SUBMIT, context)
    loan = await known.loan(conn, claim["loan_id"])
    at = await situation(conn, loan, filed, context, claim_id=claim_id)
    await _require_details(conn, at, claim["loan_id"], context, claim_id=claim_id)
    said = {
        **_as_filed(at, admissible(checked(at)), context),
        **await _numbered(conn, pool.code, context),
        "draft": None,
    }
    term = term_of(at.terms, context.today, context.working_days)
    step = _submission({**claim, "number": said["number"]}, Action.SUBMIT, filed, context, term)
    await apply_transition(conn, claims.CASES, replace(step, changes=said), now=context.now)


async def resubmit(
    conn: asyncpg.Connection, claim_id: UUID, filed: Filed, context: StepContext
) -> None:
    """A returned claim, mended: it keeps number, day of filing and with them its place in the order.

    `filed` states how things are today. The reviewer has the working days that were left.
    Raises AlreadyClaimed, ClaimNotAdmissible with every finding at once.
    """
    _, claim = await locked(conn, claim_id, Action.RESUBMIT, context)
    loan = await known.loan(conn, claim["loan_id"])
    filed = replace(filed, claimed_on=claim["claimed_on"])
    at = await situation(conn, loan, filed, context, claim_id=claim_id)
    await _require_details(conn, at, claim["loan_id"], context, claim_id=claim_id)
    away = (context.today - business_date(claim["state_since"])).days
    said = {
        **_as_filed(at, admissible(checked(at)), context),
        "days_returned": claim["days_returned"] + away,
        "reviewed_by": None,
    }
    left = claim["review_days_left"]
    term = (
        term_of(at.terms, context.today, context.working_days)
        if left is None
        else until(context.working_days.add(context.today, left))
    )
    step = _submission(claim, Action.RESUBMIT, filed, context, term)
    await apply_transition(conn, claims.CASES, replace(step, changes=said), now=context.now)


async def _pool_of(conn: asyncpg.Connection, loan_id: UUID) -> str:
    pool_code = await known.pool_of_loan(conn, loan_id)
    if pool_code is None:
        raise NotFound("没有该贷款", "There is no such loan.")
    return pool_code


async def _numbered(
    conn: asyncpg.Connection, pool_code: str, context: StepContext
) -> dict[str, Any]:
    """What a claim gets with its first filing, and keeps."""
    return {
        "number": await next_number(conn, pool_code, series="C", year=context.today.year),
        "claimed_on": context.today,
        "filed_at": context.now,
    }


async def _require_details(
    conn: asyncpg.Connection,
    at: Situation,
    loan_id: UUID,
    context: StepContext,
    *,
    claim_id: UUID | None = None,
) -> None:
    """What is stated beside principal and interest can be read, and no cost counts twice."""
    details, costs_fen = at.filed.details, at.filed.costs_fen
    require_readable(
        details, at.terms, context, stated_costs_fen=costs_fen, lent_on=at.loan.disbursed_on
    )
    await require_costs_not_counted(conn, loan_id, details, but=claim_id)


def _of_loan(loan: Row) -> dict[str, Any]:
    """What a claim takes over from the loan that is claimed for."""
    same = (
        "pool_code", "bank_code", "loan_id", "borrower_uscc", "borrower_name", "programme", "mode",
        "ip_share_bp", "ip_amount_fen",
    )  # fmt: skip
    return {
        **{name: loan[name] for name in same},
        "loan_number": loan["number"],
        "terms_on": loan["approved_on"],
        "loan_amount_fen": loan["amount_fen"],
    }


def _as_filed(at: Situation, rows: Sequence[Check], context: StepContext) -> dict[str, Any]:
    """What a submission writes into the claim: what the bank says, and what the machine saw."""
    filed, entitled, last_day = at.filed, at.entitled, at.last_day
    return {
        "scheme_version": at.terms.version,
        "stated_on": filed.stated_on,
        "outstanding_principal_fen": filed.outstanding_principal_fen,
        "interest_arrears_fen": filed.interest_arrears_fen,
        "penalty_interest_fen": filed.penalty_interest_fen,
        **detail_columns(
            filed.details,
            at.terms,
            context,
            stated_costs_fen=filed.costs_fen,
            lent_on=at.loan.disbursed_on,
        ),
        "facts": stored_facts(filed),
        "documents": list(filed.documents),
        "precheck": {
            "checked_at": context.now.isoformat(),
            "position_month": at.reported.month if at.reported else None,
            "months_non_performing": at.months,
            "entitled_on": entitled.isoformat() if entitled else None,
            "last_day": last_day.isoformat() if last_day else None,
            "scheme_version": at.terms.version,
        },
        "checks": [row.as_data() for row in rows],
    }


def _submission(case: Row, action: Action, filed: Filed, context: StepContext, term: Term) -> Step:
    return Step(
        case=case,
        action=action,
        by=context.by,
        term=term,
        facts={
            "outstanding_principal_fen": filed.outstanding_principal_fen,
            "submitted_on": context.today,
        },
    )

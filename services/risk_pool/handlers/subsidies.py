"""Subsidies before they are decided: filed by a bank and checked, reviewed, refused, taken back."""

from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain import coverage, subsidised_premium
from services.risk_pool.domain.subsidy import (
    LIFE_CYCLE,
    Action,
    Filed,
    SubsidisedLoan,
    check,
)
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.subsidy_decision import decide, rule_of
from services.risk_pool.queries import claims as known_loans
from services.risk_pool.queries import subsidies as known
from services.risk_pool.queries import subsidised_policies as policies
from services.risk_pool.tables import subsidies
from services.risk_pool.tables.ledger import lock_pool
from services.risk_pool.tables.numbers import next_number
from shared.life_cycle import Row
from shared.postgres.published_schemes import terms_on
from shared.refusals import NotFound, Refused
from shared.schemes.decide.findings import Finding
from shared.transitions import Step, apply_transition


class SubsidyNotAdmissible(Refused):
    """The machine's check of a subsidy found something; everything it found is in `findings`."""

    code = "subsidy-not-admissible"
    status = 422


async def file(
    conn: asyncpg.Connection, pool_code: str, loan_id: UUID, filed: Filed, context: StepContext
) -> UUID:
    """File a subsidy, if the machine finds nothing against it.

    Raises NotFound for a pool or a loan that the caller's bank may know nothing of, NoSuchSubsidy,
    SubsidyNotAdmissible with every finding at once, and what the rules miss.
    """
    pool = await lock_pool(conn, pool_code)
    if await known_loans.pool_of_loan(conn, loan_id) is None:
        raise NotFound("没有该贷款", "There is no such loan.")
    loan = await known_loans.loan(conn, loan_id)
    terms = await terms_on(conn, pool.programme, loan["approved_on"])
    rule = rule_of(terms, filed.code)
    found = check(
        filed,
        _loan(loan),
        on_settlement=rule.mode == "ex_post_on_settlement",
        taken=await known.taken_periods(conn, loan_id, filed.code),
        today=context.today,
    )
    known_policies = await _known(conn, pool.code, loan, filed, rule.of)
    found += subsidised_premium.check(filed, known_policies)
    if found:
        raise _refusal(found)
    move = LIFE_CYCLE.require(None, Action.FILE, context.by)
    subsidy_id = uuid7()
    row = {
        **_of_loan(loan),
        **_as_filed(filed),
        **_base(filed, known_policies),
        "id": subsidy_id,
        "number": await next_number(conn, pool.code, series="S", year=context.today.year),
        "pool_code": pool.code,
        "programme": pool.programme,
        "mode": terms.mode,
        "state": move.target,
        "state_since": context.now,
        "due_on": None,
        "filed_on": context.today,
        "filed_at": context.now,
        "principal_fen": filed.principal_fen or loan["disbursed_fen"],
        "settled_on": loan["released_on"] or context.today,
    }
    # What the rules miss is asked for now, not when somebody decides.
    decide(row, loan, terms, dict.fromkeys((cap.code for cap in rule.caps), 0))
    await subsidies.insert(conn, row)
    step = Step(
        case={**row, "state": None, "version": 0},
        action=Action.FILE,
        by=context.by,
        facts={"code": filed.code, "since": filed.since, "until": filed.until},
    )
    await apply_transition(conn, subsidies.CASES, step, now=context.now)
    return subsidy_id


def _loan(loan: Row) -> SubsidisedLoan:
    repaid = loan["release_reason"] == coverage.LETS_GO[coverage.Action.REPAY]
    return SubsidisedLoan(
        disbursed_fen=loan["disbursed_fen"],
        disbursed_on=loan["disbursed_on"],
        ended_on=loan["released_on"] if repaid else None,
    )


def _of_loan(loan: Row) -> dict[str, Any]:
    return {
        "bank_code": loan["bank_code"],
        "loan_id": loan["loan_id"],
        "loan_number": loan["number"],
        "borrower_uscc": loan["borrower_uscc"],
        "borrower_name": loan["borrower_name"],
        "terms_on": loan["approved_on"],
        "rate_bp": loan["annual_rate_bp"],
    }


def _as_filed(filed: Filed) -> dict[str, Any]:
    return {
        "code": filed.code,
        "product": filed.product,
        "since": filed.since,
        "until": filed.until,
        "interest_paid_fen": filed.interest_paid_fen,
        "market_rate_bp": filed.market_rate_bp,
        "attributes": dict(filed.attributes),
        "documents": list(filed.documents),
    }


async def _known(
    conn: asyncpg.Connection, pool_code: str, loan: Row, filed: Filed, of: str
) -> subsidised_premium.Known:
    """What policies say of a filing; nothing is looked up where no premium is asked for."""
    asks = of == subsidised_premium.OF_PREMIUMS
    return subsidised_premium.Known(
        of=of,
        loan_id=loan["loan_id"],
        borrower_uscc=loan["borrower_uscc"],
        policies=await policies.of_loan(conn, loan, filed.policy_id) if asks else (),
        used_fen=await policies.used_fen(conn, pool_code, filed) if asks else 0,
    )


def _base(filed: Filed, known: subsidised_premium.Known) -> dict[str, Any]:
    """What the subsidy counts on, beside what the policy states."""
    policy = subsidised_premium.named(filed, known)
    return {
        "fee_fen": subsidised_premium.fee_of(filed, known),
        "policy_id": filed.policy_id,
        "policy_premium_fen": policy.premium_fen if policy else None,
        "fee_reason": filed.fee_reason,
    }


async def review(
    conn: asyncpg.Connection, subsidy_id: UUID, context: StepContext, *, opinion: str
) -> None:
    """The first person recommends."""
    _, row = await hold(conn, subsidies.CASES, subsidy_id, Action.REVIEW, context)
    step = Step(
        case=row,
        action=Action.REVIEW,
        by=context.by,
        reason=opinion,
        changes={"reviewed_by": context.by.subject},
    )
    await apply_transition(conn, subsidies.CASES, step, now=context.now)


async def refuse(
    conn: asyncpg.Connection, subsidy_id: UUID, context: StepContext, *, reason: str
) -> None:
    """A subsidy that is not paid; the bank may mend it and file anew."""
    await _leave(conn, subsidy_id, Action.REFUSE, context, reason, facts={"reason": reason})


async def withdraw(
    conn: asyncpg.Connection, subsidy_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The bank takes it back; its period is free again."""
    await _leave(conn, subsidy_id, Action.WITHDRAW, context, reason, facts={})


async def _leave(
    conn: asyncpg.Connection,
    subsidy_id: UUID,
    action: Action,
    context: StepContext,
    reason: str,
    *,
    facts: dict[str, Any],
) -> None:
    _, row = await hold(conn, subsidies.CASES, subsidy_id, action, context)
    step = Step(case=row, action=action, by=context.by, reason=reason, facts=facts)
    await apply_transition(conn, subsidies.CASES, step, now=context.now)


def _refusal(found: list[Finding]) -> SubsidyNotAdmissible:
    return SubsidyNotAdmissible(
        "该申请不符合补贴条件：" + "；".join(one.zh.rstrip("。") for one in found) + "。",
        "The subsidy cannot be taken: " + " ".join(one.en for one in found),
        findings=[one.as_data() for one in found],
    )

"""What a subsidy comes to, tried before it is decided, and booked as it was tried."""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.public_notice import require_favourable
from services.risk_pool.domain.subsidy import (
    BORROWER,
    POOL,
    Action,
    approval_transfers,
    cap_scope,
)
from services.risk_pool.handlers import breakers
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import claims as known_loans
from services.risk_pool.queries import subsidies as known
from services.risk_pool.queries.public_notices import standing_of
from services.risk_pool.tables import subsidies
from services.risk_pool.tables.ledger import LockedPool, book, store_explanation
from shared.life_cycle import Row
from shared.money import format_fen
from shared.postgres.published_schemes import terms_on
from shared.ratios import ip_share
from shared.refusals import Refused
from shared.schemes.decide.subsidies import NoSuchSubsidy, SubsidyDecision, subsidy
from shared.schemes.decide.subsidies_explained import explain_subsidy
from shared.schemes.decide.subsidy_amounts import SubsidyFacts
from shared.schemes.rules.subsidies import SubsidyRule
from shared.schemes.terms import Terms
from shared.transitions import Step, apply_transition


class TreasuryMissing(Refused):
    """Somebody who pays by the scheme takes no part in the pool."""

    code = "treasury-missing"


class SubsidyMoved(Refused):
    """The subsidy would come out otherwise than in the trial that the decision names."""

    code = "trial-moved"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a subsidy comes to now, and the name under which a decision refers to it."""

    decision: SubsidyDecision
    name: str


def rule_of(terms: Terms, code: str) -> SubsidyRule:
    for rule in terms.subsidies:
        if rule.code == code:
            return rule
    raise NoSuchSubsidy(
        f"方案 {terms.programme} 没有补贴 {code}",
        f"Scheme {terms.programme} has no subsidy {code}.",
        known=[rule.code for rule in terms.subsidies],
    )


def decide(row: Row, loan: Row, terms: Terms, used: dict[str, int]) -> SubsidyDecision:
    facts = SubsidyFacts(
        principal_fen=row["principal_fen"],
        rate_bp=row["rate_bp"],
        since=row["since"],
        until=row["until"],
        settled_on=row["settled_on"],
        ip_share=ip_share(
            share_bp=loan["ip_share_bp"],
            amount_fen=loan["amount_fen"],
            ip_amount_fen=loan["ip_amount_fen"],
        ),
        fee_fen=row["fee_fen"],
        interest_paid_fen=row["interest_paid_fen"],
        product=row["product"],
        market_rate_bp=row["market_rate_bp"],
        attributes={**loan["attributes"], **row["attributes"]},
        used=used,
    )
    return subsidy(row["code"], facts, terms)


async def trial_of(conn: asyncpg.Connection, row: Row) -> Trial:
    """What a subsidy comes to now: caps are used up in order of filing, so that what earlier
    filings may take is held for them. The connection sees everything; raises what the rules miss."""
    terms = await terms_on(conn, row["programme"], row["terms_on"], row["mode"])
    rule = rule_of(terms, row["code"])
    used = {cap.code: await known.approved_fen(conn, row, cap) for cap in rule.caps}
    held: dict[str, int] = defaultdict(int)
    for earlier in await known.waiting_before(conn, row, rule.caps):
        taken = (await trial_of(conn, earlier)).decision.amount_fen
        for cap in rule.caps:
            if _shares_cap(cap.per, earlier, row):
                held[cap.code] += taken
    loan = await known_loans.loan(conn, row["loan_id"])
    decision = decide(row, loan, terms, {code: fen + held[code] for code, fen in used.items()})
    return Trial(decision=decision, name=_name(decision))


def _shares_cap(per: str, one: Row, other: Row) -> bool:
    same = {
        "borrower": one["borrower_uscc"] == other["borrower_uscc"],
        "product": one["product"] == other["product"],
        "year": one["filed_on"].year == other["filed_on"].year,
    }
    return all(same[what] for what in cap_scope(per))


def _name(decision: SubsidyDecision) -> str:
    """A short name for what a trial says: other figures, another name."""
    text = json.dumps(decision.as_data(), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


async def approve(
    conn: asyncpg.Connection, subsidy_id: UUID, context: StepContext, *, opinion: str, trial: str
) -> None:
    """The second person decides on the trial he saw: booked, and paid by the month's settlement.

    Raises SecondPersonRequired, PublicNoticeNeeded where the scheme wants one, SubsidyMoved with both
    figures, TreasuryMissing.
    """
    pool, row = await hold(conn, subsidies.CASES, subsidy_id, Action.APPROVE, context)
    terms = await terms_on(conn, row["programme"], row["terms_on"], row["mode"])
    if terms.public_notice.subsidies_working_days is not None:
        require_favourable(await standing_of(conn, subsidy_id))
    now_it_is = await trial_of(conn, row)
    decision = now_it_is.decision
    if trial != now_it_is.name:
        raise SubsidyMoved(
            f"试算之后情况有变：现为 {format_fen(decision.amount_fen)} 元，请重新查看后再批准。",
            f"It has moved since the trial: now it comes to {format_fen(decision.amount_fen)}. "
            "Look again before you approve.",
            seen=trial,
            trial=now_it_is.name,
            amount=format_fen(decision.amount_fen),
        )
    codes = await known.codes_by_role(conn, pool.code) | {POOL: pool.code}
    _require_treasuries(decision, codes)
    day = pool.open_day(context.today)
    payee_code = row["bank_code"] if decision.payee == "bank" else row["borrower_uscc"]
    if decision.payee == BORROWER:
        await subsidies.join_firm(conn, row, role=BORROWER, now=context.now, today=context.today)
    explanation_id = await _explain(conn, pool, row, decision, opinion, context)
    await _record(conn, row, decision, codes, opinion, context, day, payee_code, explanation_id)
    transfers = approval_transfers(
        decision.shares,
        codes=codes,
        payee_code=payee_code,
        number=row["number"],
        loan_id=await _own_loan(conn, pool, row),
        day=day,
        explanation_id=explanation_id,
    )
    await book(conn, pool, transfers, now=context.now)
    await breakers.watch_pool(conn, pool, day=day, now=context.now)


def _require_treasuries(decision: SubsidyDecision, codes: dict[str, str]) -> None:
    missing = [payer for payer, fen in decision.shares.items() if fen and payer not in codes]
    if missing:
        raise TreasuryMissing(
            f"资金池没有登记出资方：{'、'.join(missing)}",
            f"The pool has no party that pays as {', '.join(missing)}.",
            missing=missing,
        )


async def _own_loan(conn: asyncpg.Connection, pool: LockedPool, row: Row) -> UUID | None:
    """The loan, where this very pool covers it: only then do its transfers name it."""
    loan_id: UUID = row["loan_id"]
    return loan_id if await known_loans.pool_of_loan(conn, loan_id) == pool.code else None


async def _explain(
    conn: asyncpg.Connection,
    pool: LockedPool,
    row: Row,
    decision: SubsidyDecision,
    opinion: str,
    context: StepContext,
) -> UUID:
    people = {
        "reviewed_by": row["reviewed_by"],
        "approved_by": context.by.subject,
        "approved_by_name": context.by.name,
        "opinion": opinion,
    }
    return await store_explanation(
        conn,
        pool.code,
        "subsidy",
        explain_subsidy(decision).as_data(),
        people,
        context.now,
        bank_code=row["bank_code"],
    )


async def _record(
    conn: asyncpg.Connection,
    row: Row,
    decision: SubsidyDecision,
    codes: dict[str, str],
    opinion: str,
    context: StepContext,
    day: date,
    payee_code: str,
    explanation_id: UUID,
) -> None:
    shares = [
        {"party": payer, "party_code": codes.get(payer, payer), "amount": format_fen(fen)}
        for payer, fen in decision.shares.items()
    ]
    step = Step(
        case=row,
        action=Action.APPROVE,
        by=context.by,
        reason=opinion,
        changes={
            "approved_by": context.by.subject,
            "booked_on": day,
            "amount_fen": decision.amount_fen,
            "payee": decision.payee,
            "payee_code": payee_code,
            "shares": shares,
            "explanation_id": explanation_id,
        },
        facts={
            "amount_fen": decision.amount_fen,
            "payee": decision.payee,
            "payee_code": payee_code,
            "approved_on": day,
        },
    )
    await apply_transition(conn, subsidies.CASES, step, now=context.now)

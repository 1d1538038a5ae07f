"""What a decided claim does to the money: split by the loan's own terms, booked, and paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.cash import require_cash
from services.risk_pool.domain.claim import Action
from services.risk_pool.domain.claim_facts import claim_facts
from services.risk_pool.domain.compensation import (
    PartyPayment,
    approval_transfers,
    paid_by_pool,
    payment_transfers,
    payments_of,
    require_day_of_payment,
)
from services.risk_pool.domain.ledger import CASH
from services.risk_pool.domain.shares import PartyShare, shares_of
from services.risk_pool.domain.time_limits import term_of
from services.risk_pool.handlers import breakers
from services.risk_pool.handlers.claim_cover import release_for_claim
from services.risk_pool.handlers.claims import locked, terms_of
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import agreed_figures, caps
from services.risk_pool.queries import claims as known
from services.risk_pool.tables import claims
from services.risk_pool.tables.ledger import LockedPool, balances, book, store_explanation
from shared.contracts.risk_pool import Share
from shared.life_cycle import Row
from shared.schemes.decide.loss import ClaimDecision, split_loss
from shared.schemes.decide.loss_explained import explained
from shared.schemes.terms import Terms
from shared.transitions import Step, apply_transition


@dataclass(frozen=True, kw_only=True)
class _Split:
    """A decision with the codes of those who play its roles."""

    terms: Terms
    decision: ClaimDecision
    shares: Sequence[PartyShare]
    payments: Sequence[PartyPayment]


async def approve(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, opinion: str
) -> None:
    """The second person decides: the loss is split by the loan's own terms, and booked.

    Raises SecondPersonRequired, and what the engine refuses.
    """
    pool, claim = await locked(conn, claim_id, Action.APPROVE, context)
    split = await _split(conn, claim)
    day = pool.open_day(context.today)

    explanation_id = await _explain(conn, pool, claim, split.decision, opinion, context)
    await _record(conn, claim, split, opinion, context, day, explanation_id)
    await release_for_claim(conn, pool, claim["loan_id"], day=day, by=context.by, now=context.now)
    transfers = approval_transfers(
        split.payments,
        claim_number=claim["number"],
        loan_id=claim["loan_id"],
        day=day,
        explanation_id=explanation_id,
    )
    await book(conn, pool, transfers, now=context.now)
    await breakers.watch_banks(conn, pool, (claim["bank_code"],), now=context.now)
    await breakers.watch_pool(conn, pool, day=day, now=context.now)


async def _split(conn: asyncpg.Connection, claim: Row) -> _Split:
    terms = await terms_of(conn, claim)
    registers = (await agreed_figures.registers_for(conn, [claim]))[claim["id"]]
    counters = await caps.counters(conn, claim, terms, registers)
    balance_fen = await caps.borrower_balance_fen(conn, claim)
    codes = await known.party_codes(conn, claim)
    loan = await known.loan(conn, claim["loan_id"])

    decision = split_loss(
        claim_facts(claim, loan, balance_fen, terms=terms, registers=registers), terms, counters
    )
    return _Split(
        terms=terms,
        decision=decision,
        shares=shares_of(decision.shares, codes),
        payments=payments_of(decision.payments, codes),
    )


async def _explain(
    conn: asyncpg.Connection,
    pool: LockedPool,
    claim: Row,
    decision: ClaimDecision,
    opinion: str,
    context: StepContext,
) -> UUID:
    people = {
        "reviewed_by": claim["reviewed_by"],
        "approved_by": context.by.subject,
        "approved_by_name": context.by.name,
        "opinion": opinion,
    }
    return await store_explanation(
        conn,
        pool.code,
        "claim",
        explained(decision),
        people,
        context.now,
        bank_code=claim["bank_code"],
    )


async def _record(
    conn: asyncpg.Connection,
    claim: Row,
    split: _Split,
    opinion: str,
    context: StepContext,
    day: date,
    explanation_id: UUID,
) -> None:
    decision = split.decision
    step = Step(
        case=claim,
        action=Action.APPROVE,
        by=context.by,
        reason=opinion,
        term=term_of(split.terms, day, context.working_days),
        changes={
            "approved_by": context.by.subject,
            "approved_on": day,
            "explanation_id": explanation_id,
            "pool_pays_fen": sum(one.amount_fen for one in paid_by_pool(split.payments)),
            **_of_decision(decision),
        },
        facts={
            "base_fen": decision.base_fen,
            "shares": tuple(share_of_event(share) for share in split.shares),
            "caps_bound": tuple(limit.code for limit in decision.binding),
            "approved_on": day,
        },
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)
    await claims.write_split(
        conn,
        claim,
        shares=split.shares,
        borne=decision.borne,
        payments=split.payments,
        limits=decision.binding,
    )


def _of_decision(decision: ClaimDecision) -> Mapping[str, Any]:
    """What the claim itself keeps of its split, for its recoveries to come."""
    borne = decision.borne
    return {
        "base_fen": decision.base_fen,
        "covered_fen": decision.covered_fen,
        "decided_version": borne.version,
        "residual": borne.residual,
        "rounding": borne.rounding,
        "bearer": borne.bearer,
        "recovery_order": borne.order,
        "recovered_by": borne.recovered_by,
        "interest_outside_fen": borne.interest_outside_fen,
    }


def share_of_event(share: PartyShare) -> Share:
    """A share as the events say it."""
    return Share(party=share.party, party_code=share.party_code, amount_fen=share.amount_fen)


async def pay(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, paid_on: date | None
) -> None:
    """The pool's part leaves the dedicated account, today if no day is named.

    Raises PaidBeforeApproval, CashShort.
    """
    pool, claim = await locked(conn, claim_id, Action.PAY, context)
    day = paid_on or context.today
    require_day_of_payment(day, approved_on=claim["approved_on"], today=context.today)
    due_fen = claim["pool_pays_fen"]
    require_cash(held_fen=(await balances(conn, pool.code)).get(CASH, 0), due_fen=due_fen)

    transfers = payment_transfers(
        await known.payments(conn, claim_id),
        claim_number=claim["number"],
        loan_id=claim["loan_id"],
        paid_on=day,
        explanation_id=claim["explanation_id"],
    )
    await book(conn, pool, transfers, now=context.now)
    step = Step(
        case=claim,
        action=Action.PAY,
        by=context.by,
        changes={"paid_on": day, "paid_fen": due_fen},
        facts={"paid_fen": due_fen, "paid_on": day},
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)

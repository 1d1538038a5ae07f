"""Adjustments: finance proposes to book back what a claim has booked, another person decides."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain import claim as claim_cycle
from services.risk_pool.domain.adjustment import (
    LIFE_CYCLE,
    Action,
    AdjustmentOpen,
    Kind,
    Proposed,
    require_adjustable,
)
from services.risk_pool.domain.adjustment_trial import (
    AdjustmentTrial,
    SplitAnew,
    all_undone,
    with_late_money,
)
from services.risk_pool.domain.booking_back import as_transfers, booked_back
from services.risk_pool.domain.compensation import payments_of
from services.risk_pool.domain.escrow import EscrowCountsTheNetLoss
from services.risk_pool.domain.late_money import (
    booked_anew,
    counters_of,
    faults,
    passed_on,
    unpaid_less,
)
from services.risk_pool.domain.shares import shares_of
from services.risk_pool.domain.trial import trial_moved
from services.risk_pool.handlers import breakers, claim_holds, escrow
from services.risk_pool.handlers.held_cases import hold, hold_pool_of
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.trial import decided_anew
from services.risk_pool.handlers.waiting import serve_line
from services.risk_pool.queries import adjustments as known
from services.risk_pool.queries import claims as known_claims
from services.risk_pool.queries import recoveries as known_recoveries
from services.risk_pool.tables import adjustments, claims, shown_trials
from services.risk_pool.tables.held_cases import lock_case
from services.risk_pool.tables.ledger import LockedPool, book, store_explanation
from services.risk_pool.tables.numbers import next_number
from shared.life_cycle import SYSTEM, Row
from shared.postgres.database import seeing_everything
from shared.refusals import FieldsWrong
from shared.transitions import Step, apply_transition


async def propose(
    conn: asyncpg.Connection, claim_id: UUID, proposed: Proposed, context: StepContext
) -> UUID:
    """Somebody of finance proposes. An approved claim that waits for its payment is held until a
    person has looked at it.

    Raises NotFound, NothingToAdjust, LossNotReported, AdjustmentOpen, CountersNotKept, FieldsWrong.
    """
    await hold_pool_of(conn, claims.CASES, claim_id)
    move = LIFE_CYCLE.require(None, Action.PROPOSE, context.by)
    claim = await lock_case(conn, claims.CASES, claim_id)
    require_adjustable(claim["state"])
    proposed.require_of_its_kind()
    if proposed.kind == Kind.LATE_MONEY:
        await _require_late_money(conn, claim, proposed)
    if proposed.kind == Kind.ESCROW_SETTLEMENT:
        escrow.require_reported(claim)
    waiting = await known.open_of(conn, claim_id)
    if waiting is not None:
        raise AdjustmentOpen(
            f"更正 {waiting} 尚未决定。", f"{waiting} is not decided yet.", number=waiting
        )
    number = await next_number(conn, claim["pool_code"], series="T", year=context.today.year)
    adjustment_id = uuid7()
    adjustment = {
        "id": adjustment_id,
        "number": number,
        "kind": proposed.kind,
        "pool_code": claim["pool_code"],
        "bank_code": claim["bank_code"],
        "claim_id": claim_id,
        "claim_number": claim["number"],
        "loan_id": claim["loan_id"],
        "loan_number": claim["loan_number"],
        "borrower_name": claim["borrower_name"],
        "state": move.target,
        "state_since": context.now,
        "due_on": None,
        "reason": proposed.reason,
        "evidence": proposed.evidence,
        "amount_fen": proposed.amount_fen if proposed.kind == Kind.LATE_MONEY else None,
        "received_on": proposed.received_on if proposed.kind == Kind.LATE_MONEY else None,
        "proposed_at": context.now,
        "proposed_by": context.by.subject,
    }
    await adjustments.insert(conn, adjustment)
    step = Step(
        case={**adjustment, "state": None, "version": 0},
        action=Action.PROPOSE,
        by=context.by,
        reason=proposed.reason,
        facts={"reason": proposed.reason},
    )
    await apply_transition(conn, adjustments.CASES, step, now=context.now)
    await claim_holds.hold_for_adjustment(conn, claim, now=context.now)
    return adjustment_id


async def _require_late_money(conn: asyncpg.Connection, claim: Row, proposed: Proposed) -> None:
    """Raises EscrowCountsTheNetLoss, CountersNotKept, FieldsWrong."""
    if claim["escrow"]:
        raise EscrowCountsTheNetLoss(
            "保证金模式按净损失清算：请由银行在净损失中扣减，或作为追偿回款报告。",
            "Escrow is settled by the net loss: the bank takes it off there, or reports a recovery.",
        )
    counters_of(await known.decided_by(conn, claim["id"]))
    loan = await known_claims.loan(conn, claim["loan_id"])
    wrong = faults(
        proposed.amount_fen,
        proposed.received_on,
        lent_on=loan["disbursed_on"],
        approved_on=claim["approved_on"],
        principal_fen=claim["approved_principal_fen"] - await known.late_fen(conn, claim["id"]),
    )
    if wrong:
        raise FieldsWrong(wrong)


async def trial_of(conn: asyncpg.Connection, adjustment: Row) -> AdjustmentTrial:
    """What a proposed adjustment would book now, whoever asks. Raises NothingToAdjust."""
    async with seeing_everything(conn):
        claim = await known_claims.find(conn, adjustment["claim_id"])
        assert claim is not None
        require_adjustable(claim["state"])
        codes = await known_claims.party_codes(conn, claim)
        booked = await known.booked_of_loan(conn, claim["pool_code"], claim["loan_id"])
        bearer = claim["bearer"]
        if adjustment["kind"] == Kind.LATE_MONEY:
            return await _late_trial(conn, claim, adjustment, codes)
        if adjustment["kind"] == Kind.ESCROW_SETTLEMENT:
            return await escrow.trial_of(conn, claim, adjustment["number"], codes)
        return all_undone(
            claim,
            number=adjustment["number"],
            kind=adjustment["kind"],
            shares=await known_claims.shares(conn, claim["id"]),
            returned=await known_recoveries.returned_before(conn, claim["id"]),
            entries=booked_back(
                booked,
                bearer_code=codes.get(bearer, bearer),
                is_paid=claim["paid_on"] is not None,
            ),
        )


async def _late_trial(
    conn: asyncpg.Connection, claim: Row, adjustment: Row, codes: Mapping[str, str]
) -> AdjustmentTrial:
    counters, balance_fen = counters_of(await known.decided_by(conn, claim["id"]))
    principal_fen = claim["approved_principal_fen"] - await known.late_fen(conn, claim["id"])
    decision = await decided_anew(
        conn,
        claim,
        principal_fen=principal_fen - adjustment["amount_fen"],
        counters=counters,
        borrower_balance_fen=balance_fen,
    )
    payments = payments_of(decision.payments, codes)
    returned = await known_recoveries.returned_before(conn, claim["id"])
    entries = [
        *booked_anew(
            claim["number"],
            await known.payments_now(conn, claim["id"]),
            payments,
            is_paid=claim["paid_on"] is not None,
        ),
        *passed_on(claim["number"], returned, decision.borne.borne, codes, bearer=claim["bearer"]),
    ]
    return with_late_money(
        claim,
        number=adjustment["number"],
        shares=await known_claims.shares(conn, claim["id"]),
        returned=returned,
        entries=entries,
        anew=SplitAnew(
            decision=decision,
            base_before_fen=claim["base_fen"],
            principal_before_fen=principal_fen,
            late_fen=adjustment["amount_fen"],
            shares=shares_of(decision.shares, codes),
            payments=payments,
        ),
    )


async def _locked(
    conn: asyncpg.Connection, adjustment_id: UUID, action: Action, context: StepContext
) -> tuple[LockedPool, asyncpg.Record, asyncpg.Record]:
    """The pool, the adjustment and its claim, locked, where the table lets the caller do this."""
    pool, adjustment = await hold(conn, adjustments.CASES, adjustment_id, action, context)
    claim = await lock_case(conn, claims.CASES, adjustment["claim_id"])
    return pool, claim, adjustment


async def decide(
    conn: asyncpg.Connection, adjustment_id: UUID, context: StepContext, *, trial: str, opinion: str
) -> None:
    """Another person decides on the trial they saw: booked in the first open month, and the claim
    is reversed for good, split anew, or its escrow settled.

    Raises SecondPersonRequired, NothingToAdjust, TrialMoved with both.
    """
    pool, claim, adjustment = await _locked(conn, adjustment_id, Action.DECIDE, context)
    now = await trial_of(conn, adjustment)
    if now.id != trial:
        raise trial_moved(await shown_trials.seen(conn, adjustment_id, trial), now.as_data())
    day = pool.open_day(context.today)
    explanation_id = await _explain(conn, pool, adjustment, now, opinion, context)
    transfers = as_transfers(
        now.entries,
        adjustment_number=adjustment["number"],
        loan_id=claim["loan_id"],
        day=day,
        explanation_id=explanation_id,
    )
    await book(conn, pool, transfers, now=context.now)
    step = Step(
        case=adjustment,
        action=Action.DECIDE,
        by=context.by,
        reason=opinion,
        changes={
            "decided_by": context.by.subject,
            "booked_on": day,
            "effect": now.as_data(),
            "explanation_id": explanation_id,
        },
        facts={
            "reason": adjustment["reason"],
            "booked_on": day,
            "parts": _told(now),
        },
    )
    await apply_transition(conn, adjustments.CASES, step, now=context.now)
    if now.settling is not None:
        await escrow.record(conn, claim, adjustment, now.settling, day=day, context=context)
    elif now.anew is None:
        await _reverse(conn, claim, adjustment, day, context)
    else:
        await _split_anew(conn, claim, now, now.anew)
    await breakers.watch_banks(conn, pool, (claim["bank_code"],), now=context.now)
    await breakers.watch_pool(conn, pool, day=day, now=context.now)
    await serve_line(conn, pool.code, now=context.now)


async def _reverse(
    conn: asyncpg.Connection, claim: Row, adjustment: Row, day: date, context: StepContext
) -> None:
    step = Step(
        case=claim,
        action=claim_cycle.Action.REVERSE,
        by=SYSTEM,
        reason=f"{adjustment['number']}：{adjustment['reason']}",
        changes={"reversed_on": day, "held_fen": 0},
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)


async def _split_anew(
    conn: asyncpg.Connection, claim: Row, trial: AdjustmentTrial, anew: SplitAnew
) -> None:
    less = dict(claim["returned_less"])
    for one in trial.parts:
        less[one.party] = less.get(one.party, 0) + one.had_back_fen - one.keeps_back_fen
    await claims.split_anew(
        conn,
        claim,
        shares=anew.shares,
        borne=anew.decision.borne,
        base_fen=anew.decision.base_fen,
        covered_fen=anew.decision.covered_fen,
        returned_less={party: fen for party, fen in less.items() if fen},
    )
    if claim["paid_on"] is None:
        await claims.pay_less(
            conn,
            claim["id"],
            pool_pays_fen=claim["pool_pays_fen"] - unpaid_less(trial.entries),
            principal_fen=anew.principal_before_fen - anew.late_fen,
        )


def _told(trial: AdjustmentTrial) -> Sequence[Any]:
    return tuple(
        {"party": one.party, "party_code": one.party_code, "gets_fen": one.gets_fen}
        for one in trial.parts
    )


async def _explain(
    conn: asyncpg.Connection,
    pool: LockedPool,
    adjustment: Row,
    trial: AdjustmentTrial,
    opinion: str,
    context: StepContext,
) -> UUID:
    people = {
        "proposed_by": adjustment["proposed_by"],
        "decided_by": context.by.subject,
        "decided_by_name": context.by.name,
        "opinion": opinion,
    }
    return await store_explanation(
        conn,
        pool.code,
        "adjustment",
        {"reason": adjustment["reason"], "evidence": adjustment["evidence"], **trial.explained()},
        people,
        context.now,
        bank_code=adjustment["bank_code"],
    )


async def refuse(
    conn: asyncpg.Connection, adjustment_id: UUID, context: StepContext, *, reason: str
) -> None:
    """Everything stays as it is booked."""
    _, _, adjustment = await _locked(conn, adjustment_id, Action.REFUSE, context)
    step = Step(case=adjustment, action=Action.REFUSE, by=context.by, reason=reason)
    await apply_transition(conn, adjustments.CASES, step, now=context.now)

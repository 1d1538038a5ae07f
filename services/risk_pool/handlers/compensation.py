"""What a decided claim does to the money: split by the loan's own terms, booked, and paid."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import Action
from services.risk_pool.domain.compensation import (
    approval_transfers,
    paid_by_pool,
)
from services.risk_pool.domain.decision_checks import ClaimFactsMoved
from services.risk_pool.domain.escrow import ESCROW, earmarking, require_pool_alone
from services.risk_pool.domain.late_money import kept
from services.risk_pool.domain.ledger import Transfer
from services.risk_pool.domain.shares import PartyShare
from services.risk_pool.domain.time_limits import term_of
from services.risk_pool.domain.trial import Trial, trial_moved
from services.risk_pool.handlers import breakers
from services.risk_pool.handlers.claim_cover import release_for_claim
from services.risk_pool.handlers.claims import locked
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.trial import trial_of
from services.risk_pool.handlers.waiting import serve_line
from services.risk_pool.queries import claims as known
from services.risk_pool.tables import claims
from services.risk_pool.tables.ledger import LockedPool, book, store_explanation
from shared.contracts.of_pool import Share
from shared.life_cycle import Row
from shared.refusals import FieldFault, FieldsWrong
from shared.schemes.decide.loss import ClaimDecision, split_loss
from shared.schemes.decide.loss_explained import explained
from shared.transitions import Step, apply_transition


async def approve(
    conn: asyncpg.Connection,
    claim_id: UUID,
    context: StepContext,
    *,
    trial: str,
    opinion: str,
    covered_principal_fen: int | None = None,
    reason: str | None = None,
) -> None:
    """The second person decides on the trial that they saw: it is booked as it stands, or not at all.

    `covered_principal_fen` where only a part of the principal claimed is approved, for a `reason`.
    Raises SecondPersonRequired, PartAboveClaimed, FieldsWrong for a part without a reason,
    ClaimFactsMoved, TrialMoved, and what the engine refuses where something is missing.
    """
    pool, claim = await locked(conn, claim_id, Action.APPROVE, context)
    now = await trial_of(conn, claim, principal_fen=covered_principal_fen)
    part_reason = _reason_of_part(claim, now, reason, names_part=covered_principal_fen is not None)
    if now.moved:
        raise ClaimFactsMoved(now.moved)
    decision = now.decision
    if now.id != trial:
        raise trial_moved(await known.trial_shown(conn, claim_id, trial), now.as_data())
    require_pool_alone(now.payments)
    day = pool.open_day(context.today)

    explanation_id = await _explain(conn, pool, claim, decision, opinion, context)
    await _record(conn, now, opinion, part_reason, context, day, explanation_id)
    await release_for_claim(conn, pool, claim["loan_id"], day=day, by=context.by, now=context.now)
    transfers = _transfers(now, day=day, explanation_id=explanation_id)
    await book(conn, pool, transfers, now=context.now)
    await breakers.watch_banks(conn, pool, (claim["bank_code"],), now=context.now)
    await breakers.watch_pool(conn, pool, day=day, now=context.now)
    await serve_line(conn, pool.code, now=context.now)


def _transfers(trial: Trial, *, day: date, explanation_id: UUID) -> Sequence[Transfer]:
    """What is owed from now on; what will go into escrow is owed to nobody, it is bound."""
    claim = trial.claim
    owed = [one for one in trial.payments if one.payee != ESCROW]
    transfers = [
        *approval_transfers(
            owed,
            claim_number=claim["number"],
            loan_id=claim["loan_id"],
            day=day,
            explanation_id=explanation_id,
        )
    ]
    for one in trial.payments:
        if one.payee == ESCROW:
            transfers += earmarking(claim, one, day=day, explanation_id=explanation_id)
    return transfers


def _reason_of_part(claim: Row, trial: Trial, reason: str | None, *, names_part: bool) -> str:
    """Why not all that was claimed; "" where it is all. Who gives a reason and names no part has
    forgotten it, and would approve the whole. Raises FieldsWrong.
    """
    if reason and not names_part:
        raise FieldsWrong(
            [
                FieldFault(
                    ("covered_principal",), "missing", "写明部分批准的理由时，须填写部分批准的本金",
                    "a reason for a part needs the part",
                )
            ]
        )  # fmt: skip
    if trial.principal_fen == claim["outstanding_principal_fen"]:
        return ""
    if not reason:
        raise FieldsWrong(
            [FieldFault(("reason",), "missing", "部分批准须说明理由", "a part needs a reason")]
        )
    return reason


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
    trial: Trial,
    opinion: str,
    part_reason: str,
    context: StepContext,
    day: date,
    explanation_id: UUID,
) -> None:
    decision = trial.decision
    step = Step(
        case=trial.claim,
        action=Action.APPROVE,
        by=context.by,
        reason=opinion,
        detail={"trial": trial.as_data(), "counters": _counted(trial)},
        term=term_of(trial.terms, day, context.working_days),
        changes={
            "approved_by": context.by.subject,
            "approved_on": day,
            "approved_principal_fen": trial.principal_fen,
            "part_reason": part_reason,
            "escrow": trial.terms.escrow,
            "explanation_id": explanation_id,
            "pool_pays_fen": sum(one.amount_fen for one in paid_by_pool(trial.payments)),
            **_of_decision(decision),
        },
        facts={
            "base_fen": decision.base_fen,
            "shares": tuple(share_of_event(share) for share in trial.shares),
            "caps_bound": tuple(limit.code for limit in decision.binding),
            "approved_on": day,
        },
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)
    await claims.write_split(
        conn,
        trial.claim,
        shares=trial.shares,
        borne=decision.borne,
        payments=trial.payments,
        limits=decision.binding,
    )


def _counted(trial: Trial) -> Mapping[str, Any]:
    """What the caps had counted, for late money to be split as on this day."""
    in_turn = trial.stands.in_turn
    used_in_turn = split_loss(trial.facts, trial.terms, in_turn).shares == trial.decision.shares
    return kept(
        in_turn if used_in_turn else trial.stands.all_counted,
        borrower_balance_fen=trial.facts.borrower_balance_fen or 0,
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

"""Escrow: set aside when a claim is paid, settled when its bank has written the loan off."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain import claim as claim_cycle
from services.risk_pool.domain.adjustment_trial import AdjustmentTrial, escrow_settled
from services.risk_pool.domain.cash import require_cash
from services.risk_pool.domain.claim import Action
from services.risk_pool.domain.compensation import POOL, require_day_of_payment
from services.risk_pool.domain.escrow import (
    Loss,
    LossNotReported,
    Settling,
    faults_of_loss,
    net_loss_by_books,
    net_loss_now,
    setting_aside,
)
from services.risk_pool.domain.ledger import CASH, available_fen
from services.risk_pool.domain.shares import shares_of
from services.risk_pool.handlers.claims import locked
from services.risk_pool.handlers.compensation import share_of_event
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import claims as known
from services.risk_pool.queries import recoveries as known_recoveries
from services.risk_pool.tables import claims
from services.risk_pool.tables.ledger import balances, book
from shared.life_cycle import SYSTEM, Row
from shared.refusals import FieldsWrong
from shared.schemes.decide.escrow import EscrowFacts, settle_escrow
from shared.transitions import Step, apply_transition


async def set_aside(
    conn: asyncpg.Connection,
    claim_id: UUID,
    context: StepContext,
    *,
    paid_on: date | None,
    from_account: str = "",
    voucher: str = "",
) -> None:
    """What was approved moves into escrow, today if no day is named, never more and never a part.

    It is held there, paid to nobody. Raises NoEscrow, PaidBeforeApproval, CashShort.
    """
    pool, claim = await locked(conn, claim_id, Action.SET_ASIDE, context)
    day = paid_on or context.today
    require_day_of_payment(day, approved_on=claim["approved_on"], today=context.today)
    held_fen = claim["pool_pays_fen"]
    require_cash(held_fen=(await balances(conn, pool.code)).get(CASH, 0), due_fen=held_fen)

    await book(conn, pool, setting_aside(claim, day=day), now=context.now)
    how = {
        "escrowed_on": day,
        "held_fen": held_fen,
        "paid_from": from_account,
        "voucher": voucher,
    }
    step = Step(case=claim, action=Action.SET_ASIDE, by=context.by, changes=how, facts=how)
    await apply_transition(conn, claims.CASES, step, now=context.now)


async def report_loss(
    conn: asyncpg.Connection,
    claim_id: UUID,
    context: StepContext,
    *,
    written_off_on: date,
    net_loss_fen: int | None,
    reason: str,
    difference_reason: str | None,
    documents: list[dict[str, Any]],
) -> None:
    """The bank has written the loan off, and says what its net loss is: what the books have where
    it names none. Raises FieldsWrong."""
    _, claim = await locked(conn, claim_id, Action.REPORT_LOSS, context)
    lowered_fen = await lowered(conn, claim)
    by_books_fen = net_loss_by_books(claim["base_fen"], lowered_fen)
    loss = Loss(
        written_off_on=written_off_on,
        net_loss_fen=by_books_fen if net_loss_fen is None else net_loss_fen,
        reason=reason,
        difference=difference_reason or "",
        papers=documents,
    )
    wrong = faults_of_loss(
        loss, by_books_fen=by_books_fen, since=claim["escrowed_on"], today=context.today
    )
    if wrong:
        raise FieldsWrong(wrong)
    step = Step(
        case=claim,
        action=Action.REPORT_LOSS,
        by=context.by,
        reason=reason,
        detail={"papers": documents},
        changes={
            "written_off_on": loss.written_off_on,
            "net_loss_fen": loss.net_loss_fen,
            "loss_lowered_fen": lowered_fen,
            "loss_reason": loss.reason,
            "loss_difference": loss.difference,
            "loss_papers": documents,
        },
        facts={
            "written_off_on": loss.written_off_on,
            "net_loss_fen": loss.net_loss_fen,
            "reason": reason,
        },
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)


async def return_loss(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, reason: str
) -> None:
    """Finance does not settle on this report; the bank reports anew. The money stays in escrow."""
    _, claim = await locked(conn, claim_id, Action.RETURN_LOSS, context)
    step = Step(
        case=claim,
        action=Action.RETURN_LOSS,
        by=context.by,
        reason=reason,
        changes={
            "written_off_on": None,
            "net_loss_fen": None,
            "loss_lowered_fen": 0,
            "loss_reason": "",
            "loss_difference": "",
            "loss_papers": [],
        },
        facts={"reason": reason},
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)


async def lowered(conn: asyncpg.Connection, claim: Row) -> int:
    """What the bank has recovered of the base before the settlement."""
    returned = await known_recoveries.returned_before(conn, claim["id"])
    return returned.get(claim["bearer"], 0)


def require_reported(claim: Row) -> None:
    """Raises LossNotReported."""
    if claim["state"] != claim_cycle.State.LOSS_REPORTED:
        raise LossNotReported(
            "银行尚未报告核销与净损失，保证金不能清算。",
            "The bank has not reported the write-off and its net loss; nothing is settled.",
            state=claim["state"],
        )


async def trial_of(
    conn: asyncpg.Connection, claim: Row, number: str, codes: Mapping[str, str]
) -> AdjustmentTrial:
    """What the settlement would book now. The connection sees everything. Raises LossNotReported."""
    require_reported(claim)
    returned = await known_recoveries.returned_before(conn, claim["id"])
    lowered_fen = await lowered(conn, claim)
    free_fen = available_fen(await balances(conn, claim["pool_code"]))
    facts = EscrowFacts(
        held={POOL: claim["held_fen"]},
        net_loss_fen=net_loss_now(claim, lowered_fen),
        available={POOL: max(free_fen, 0)},
    )
    decision = settle_escrow(facts, await known.borne(conn, claim))
    return escrow_settled(
        claim,
        number=number,
        shares=await known.shares(conn, claim["id"]),
        returned=returned,
        settling=Settling(
            decision=decision,
            base_fen=claim["base_fen"],
            lowered_fen=lowered_fen,
            reported_fen=claim["net_loss_fen"],
            written_off_on=claim["written_off_on"],
            reason=claim["loss_reason"],
            difference=claim["loss_difference"],
            shares=shares_of(decision.shares, codes),
        ),
    )


async def record(
    conn: asyncpg.Connection,
    claim: Row,
    adjustment: Row,
    settling: Settling,
    *,
    day: date,
    context: StepContext,
) -> None:
    """The claim is settled: what each bears from now on stands beside what was approved, for caps
    and recoveries to come. What the bank recovered before is in the net loss already."""
    money = {
        "net_loss_fen": settling.net_loss_fen,
        "paid_fen": settling.paid_fen,
        "released_fen": settling.released_fen,
        "added_fen": settling.added_fen,
        "settled_on": day,
    }
    step = Step(
        case=claim,
        action=Action.SETTLE,
        by=SYSTEM,
        reason=f"{adjustment['number']}：{adjustment['reason']}",
        changes={
            **money,
            "paid_on": day,
            "pool_pays_fen": settling.paid_fen,
            "held_fen": 0,
        },
        facts={**money, "shares": tuple(share_of_event(share) for share in settling.shares)},
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)
    await claims.split_anew(
        conn,
        claim,
        shares=settling.shares,
        borne=settling.decision.borne,
        base_fen=settling.net_loss_fen,
        covered_fen=claim["covered_fen"],
        returned_less={claim["bearer"]: settling.lowered_fen} if settling.lowered_fen else {},
    )

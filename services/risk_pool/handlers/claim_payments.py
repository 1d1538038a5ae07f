"""The pool's part of an approved claim leaves the dedicated account; later it may be written off."""

from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.cash import require_cash
from services.risk_pool.domain.claim import Action
from services.risk_pool.domain.compensation import (
    payment_transfers,
    require_day_of_payment,
    require_day_of_write_off,
)
from services.risk_pool.domain.ledger import CASH
from services.risk_pool.handlers.claims import locked
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import adjustments
from services.risk_pool.tables import claims
from services.risk_pool.tables.ledger import balances, book
from shared.transitions import Step, apply_transition


async def pay(
    conn: asyncpg.Connection,
    claim_id: UUID,
    context: StepContext,
    *,
    paid_on: date | None,
    from_account: str = "",
    voucher: str = "",
) -> None:
    """What was approved is paid, today if no day is named, never more and never a part.

    `from_account` where the pool has several dedicated accounts, `voucher` the number by which the
    payment stands on the bank's statement. Raises PaidBeforeApproval, CashShort.
    """
    pool, claim = await locked(conn, claim_id, Action.PAY, context)
    day = paid_on or context.today
    require_day_of_payment(day, approved_on=claim["approved_on"], today=context.today)
    due_fen = claim["pool_pays_fen"]
    require_cash(held_fen=(await balances(conn, pool.code)).get(CASH, 0), due_fen=due_fen)

    transfers = payment_transfers(
        await adjustments.payments_now(conn, claim_id),
        claim_number=claim["number"],
        loan_id=claim["loan_id"],
        paid_on=day,
        explanation_id=claim["explanation_id"],
    )
    await book(conn, pool, transfers, now=context.now)
    how = {"paid_on": day, "paid_fen": due_fen, "paid_from": from_account, "voucher": voucher}
    step = Step(case=claim, action=Action.PAY, by=context.by, changes=how, facts=how)
    await apply_transition(conn, claims.CASES, step, now=context.now)


async def write_off(
    conn: asyncpg.Connection,
    claim_id: UUID,
    context: StepContext,
    *,
    reason: str,
    written_off_on: date | None,
) -> None:
    """Nothing more is expected, today if no day is named. Nothing is booked: the pool's loss was
    booked when it was approved, and what still comes in is shared out as before.

    Raises WrittenOffImpossible.
    """
    _, claim = await locked(conn, claim_id, Action.WRITE_OFF, context)
    day = written_off_on or context.today
    require_day_of_write_off(day, paid_on=claim["paid_on"], today=context.today)
    step = Step(
        case=claim,
        action=Action.WRITE_OFF,
        by=context.by,
        reason=reason,
        changes={"written_off_on": day},
        facts={"written_off_on": day, "reason": reason},
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)

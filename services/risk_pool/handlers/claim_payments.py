"""The pool's part of an approved claim: entered by one person, paid, or set aside in escrow, when
another releases it; owed again when the payment is reversed; and later perhaps written off."""

from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import LIFE_CYCLE, Action
from services.risk_pool.domain.compensation import (
    require_day_of_payment,
    require_day_of_write_off,
)
from services.risk_pool.handlers import claim_holds
from services.risk_pool.handlers.claims import locked, until
from services.risk_pool.handlers.compensation import share_of_event
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import adjustments
from services.risk_pool.queries import claims as known
from services.risk_pool.tables import claims
from services.risk_pool.tables.held_cases import lock_case
from shared.contracts.of_pool import Share
from shared.life_cycle import SYSTEM, Row
from shared.transitions import Step, apply_transition


async def note_entered(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, day: date
) -> None:
    """The claim's history says who entered its payment; it waits for its release as before.

    The pool is held. Raises PaidBeforeApproval, and NotPossibleNow for a claim that is held.
    """
    claim = await lock_case(conn, claims.CASES, claim_id)
    LIFE_CYCLE.require(claim, Action.ENTER_PAYMENT, context.by)
    require_day_of_payment(day, approved_on=claim["approved_on"], today=context.today)
    step = Step(case=claim, action=Action.ENTER_PAYMENT, by=context.by, term=until(claim["due_on"]))
    await apply_transition(conn, claims.CASES, step, now=context.now)


async def pay_nothing(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, day: date
) -> None:
    """A claim of which the pool bears nothing is paid without any money, by one person."""
    await note_entered(conn, claim_id, context, day=day)
    claim = await lock_case(conn, claims.CASES, claim_id)
    await _paid(conn, claim, context, day=day, amount_fen=0)


async def follow(
    conn: asyncpg.Connection, entry: Row, context: StepContext, *, released_by: str
) -> None:
    """The claim of a released payment is paid, or owed again where the payment is taken back.

    The pool is held. Raises NotPossibleNow for a claim that has moved on meanwhile.
    """
    claim = await lock_case(conn, claims.CASES, entry["claim_id"])
    reason = f"{entry['number']}：{released_by}"
    if entry["sign"] < 0:
        await _owed_again(conn, claim, entry, context, reason=f"{reason} {entry['note']}")
        return
    await _paid(
        conn,
        claim,
        context,
        day=entry["value_date"],
        amount_fen=entry["amount_fen"],
        reason=reason,
        account=entry["account"],
        voucher=entry["bank_reference"],
    )


async def _paid(
    conn: asyncpg.Connection,
    claim: Row,
    context: StepContext,
    *,
    day: date,
    amount_fen: int,
    reason: str = "",
    account: str = "",
    voucher: str = "",
) -> None:
    """Paid to the bank, or in a programme with escrow set aside."""
    action, when, how_much = Action.PAY, "paid_on", "paid_fen"
    if claim["escrow"]:
        action, when, how_much = Action.SET_ASIDE, "escrowed_on", "held_fen"
    how = {when: day, how_much: amount_fen, "paid_from": account, "voucher": voucher}
    facts = how | {"shares": await _shares(conn, claim)}
    step = Step(case=claim, action=action, by=SYSTEM, reason=reason, changes=how, facts=facts)
    await apply_transition(conn, claims.CASES, step, now=context.now)


async def _owed_again(
    conn: asyncpg.Connection, claim: Row, entry: Row, context: StepContext, *, reason: str
) -> None:
    """What did not arrive is to be paid anew; not before an adjustment that waits is decided."""
    nothing = {"paid_on": None, "paid_fen": 0, "paid_from": "", "voucher": ""}
    if claim["escrow"]:
        nothing |= {"escrowed_on": None, "held_fen": 0}
    step = Step(
        case=claim,
        action=Action.UNPAY,
        by=SYSTEM,
        reason=reason,
        changes=nothing,
        term=until(context.today),
        facts={
            "paid_fen": entry["amount_fen"],
            "reason": entry["note"],
            "shares": await _shares(conn, claim),
        },
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)
    if await adjustments.open_of(conn, claim["id"]) is not None:
        claim = await lock_case(conn, claims.CASES, claim["id"])
        await claim_holds.hold_for_adjustment(conn, claim, now=context.now)


async def _shares(conn: asyncpg.Connection, claim: Row) -> tuple[Share, ...]:
    """Who bears how much: a payment is told to all of them."""
    return tuple(share_of_event(one) for one in await known.shares(conn, claim["id"]))


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

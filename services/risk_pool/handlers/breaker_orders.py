"""Suspending and resuming by hand: proposed by one person, decided by another, carried out."""

from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.breaker_order import (
    LIFE_CYCLE,
    MOVES,
    Action,
    Order,
    OrderOpen,
)
from services.risk_pool.handlers.breakers import cases_of, move_by_hand
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.waiting import serve_line
from services.risk_pool.tables import breaker_orders as orders
from services.risk_pool.tables import breakers, parties
from services.risk_pool.tables.breaker_orders import ORDERS
from services.risk_pool.tables.ledger import lock_pool
from shared.life_cycle import SYSTEM
from shared.refusals import NotFound
from shared.transitions import Step, apply_transition


async def propose(
    conn: asyncpg.Connection,
    pool_code: str,
    *,
    bank_code: str,
    order: Order,
    reason: str,
    context: StepContext,
) -> UUID:
    """Propose to suspend or resume a bank, or the whole pool ("").

    Raises NotFound for a bank that does not take part, OrderOpen, NotPossibleNow where the
    breaker does not stand so that the order could be carried out.
    """
    move = LIFE_CYCLE.require(None, Action.PROPOSE, context.by)
    pool = await lock_pool(conn, pool_code)
    if bank_code and bank_code not in await parties.banks_of(conn, pool.code):
        raise NotFound(
            f"{bank_code} 不是该资金池的合作银行",
            f"{bank_code} is not a cooperating bank of this pool.",
        )
    breaker = await breakers.load(conn, pool.code, bank_code)
    cases_of(breaker).life_cycle.require(breaker, MOVES[order], SYSTEM)
    if await orders.is_open(conn, pool.code, bank_code):
        raise OrderOpen("已有待决定的指令。", "An order about this is waiting for its decision.")

    proposed: dict[str, Any] = {
        "id": uuid7(),
        "pool_code": pool.code,
        "bank_code": bank_code,
        "order_kind": order,
        "reason": reason,
        "state": move.target,
        "state_since": context.now,
        "proposed_by": context.by.subject,
        "proposed_by_name": context.by.name,
        "proposed_at": context.now,
    }
    await orders.insert(conn, proposed)
    step = Step(
        case={**proposed, "state": None, "version": 0},
        action=Action.PROPOSE,
        by=context.by,
        reason=reason,
        detail={"order": order},
    )
    await apply_transition(conn, ORDERS, step, now=context.now)
    return UUID(str(proposed["id"]))


async def confirm(conn: asyncpg.Connection, order_id: UUID, context: StepContext) -> None:
    """Another person agrees: the breaker is moved at once.

    Raises NotPossibleNow where the breaker has moved on since the order was proposed.
    """
    pool, order = await hold(conn, orders.ORDERS, order_id, Action.CONFIRM, context)
    await _decide(conn, order, Action.CONFIRM, context)
    breaker = await breakers.load(conn, pool.code, order["bank_code"])
    await move_by_hand(
        conn,
        pool,
        breaker,
        MOVES[order["order_kind"]],
        reason=order["reason"],
        detail={
            "order": str(order_id),
            "proposed_by": order["proposed_by"],
            "decided_by": context.by.subject,
        },
        day=context.today,
        now=context.now,
    )
    await serve_line(conn, pool.code, now=context.now)


async def refuse(
    conn: asyncpg.Connection, order_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The order is not carried out."""
    _, order = await hold(conn, orders.ORDERS, order_id, Action.REFUSE, context)
    await _decide(conn, order, Action.REFUSE, context, reason=reason)


async def _decide(
    conn: asyncpg.Connection,
    order: asyncpg.Record,
    action: Action,
    context: StepContext,
    *,
    reason: str = "",
) -> None:
    step = Step(
        case=order,
        action=action,
        by=context.by,
        reason=reason,
        changes={
            "decided_by": context.by.subject,
            "decided_by_name": context.by.name,
            "decided_at": context.now,
            "refusal": reason,
        },
    )
    await apply_transition(conn, ORDERS, step, now=context.now)

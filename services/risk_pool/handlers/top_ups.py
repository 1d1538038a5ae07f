"""Top-up calls: one of finance raises a call, another calls, and what it asks for is expected."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.top_up import (
    LIFE_CYCLE,
    Action,
    CallOpen,
    CallOutdated,
    Situation,
    parts_of,
    require_below,
    require_call,
)
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import top_ups as known
from services.risk_pool.queries.parties import party_names
from services.risk_pool.tables import top_ups
from services.risk_pool.tables.ledger import lock_pool
from services.risk_pool.tables.numbers import next_number
from shared.transitions import Step, apply_transition


async def raise_call(
    conn: asyncpg.Connection,
    pool_code: str,
    context: StepContext,
    *,
    amount_fen: int,
    pay_by: date,
    reason: str,
) -> UUID:
    """One person raises a call, with the figures that it rests on. Nothing is expected yet.

    Raises NotFound, CallOpen, NobodyAgreedToTopUp, AboveTopUpLine, FieldsWrong.
    """
    pool = await lock_pool(conn, pool_code)
    move = LIFE_CYCLE.require(None, Action.RAISE, context.by)
    if await top_ups.is_open(conn, pool.code):
        raise CallOpen("已有待签发的补仓通知。", "A call is waiting to be decided.")
    situation = await known.situation(conn, pool.code, context.today)
    require_call(situation, amount_fen=amount_fen, pay_by=pay_by, today=context.today)

    call: dict[str, Any] = {
        "id": uuid7(),
        "number": await next_number(conn, pool.code, series="B", year=context.today.year),
        "pool_code": pool.code,
        "amount_fen": amount_fen,
        "pay_by": pay_by,
        "reason": reason,
        **_figures(situation),
        "state": move.target,
        "state_since": context.now,
        "due_on": None,
        "raised_by": context.by.subject,
        "raised_name": context.by.name,
        "raised_at": context.now,
    }
    parts = parts_of(call["number"], situation, amount_fen=amount_fen, pay_by=pay_by)
    await top_ups.insert(conn, call, parts)
    step = Step(
        case={**call, "state": None, "version": 0},
        action=Action.RAISE,
        by=context.by,
        reason=reason,
    )
    await apply_transition(conn, top_ups.CASES, step, now=context.now)
    return UUID(str(call["id"]))


async def call(conn: asyncpg.Connection, call_id: UUID, context: StepContext) -> None:
    """The second person calls: what each contributor is to pay is expected from today on.

    Raises NotFound, SecondPersonRequired, AboveTopUpLine and CallOutdated where the pool's money or
    the agreed parts are others by now: then the call is refused and raised anew.
    """
    pool, raised = await hold(conn, top_ups.CASES, call_id, Action.CALL, context)
    situation = await known.situation(conn, pool.code, context.today)
    require_below(situation)
    parts = parts_of(
        raised["number"], situation, amount_fen=raised["amount_fen"], pay_by=raised["pay_by"]
    )
    asked = {
        one["party_code"]: one["amount_fen"]
        for one in (await known.parts_of(conn, [call_id]))[call_id]
    }
    is_same = asked == {one.party_code: one.amount_fen for one in parts}
    if not is_same or raised["amount_fen"] > situation.most_fen:
        raise CallOutdated(
            "拟定以来资金池余额或补足份额已有变化，请不予签发后重新拟定。",
            "The pool's money or the agreed parts have changed since; refuse it and raise it anew.",
        )
    names = await party_names(conn, pool.code)
    told = [
        {"party_code": one.party_code, "party_name": names[one.party_code], "amount_fen": one.amount_fen}
        for one in parts
    ]  # fmt: skip
    await _decide(conn, raised, Action.CALL, context, facts={"parts": told, "on": context.today})
    await top_ups.expect(conn, call_id, since=context.today)


async def refuse(
    conn: asyncpg.Connection, call_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The second person does not call. Raises NotFound, SecondPersonRequired."""
    _, raised = await hold(conn, top_ups.CASES, call_id, Action.REFUSE, context)
    await _decide(conn, raised, Action.REFUSE, context, reason=reason)


def _figures(situation: Situation) -> dict[str, int | None]:
    return {
        "line_fen": situation.line_fen,
        "available_fen": situation.available_fen,
        "called_fen": situation.called_fen,
        "claims_fen": situation.claims_fen,
        "paid_in_fen": situation.paid_in_fen,
    }


async def _decide(
    conn: asyncpg.Connection,
    raised: asyncpg.Record,
    action: Action,
    context: StepContext,
    *,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    step = Step(
        case=raised,
        action=action,
        by=context.by,
        reason=reason,
        changes={
            "decided_by": context.by.subject,
            "decided_name": context.by.name,
            "decided_on": context.today,
        },
        facts=facts or {},
    )
    await apply_transition(conn, top_ups.CASES, step, now=context.now)

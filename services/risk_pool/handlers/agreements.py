"""Agreements with the parties of a pool: one person enters a version, another puts it in force."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.agreement import (
    LIFE_CYCLE,
    Action,
    AgreementEntered,
    LaterVersionInForce,
    Line,
    Standing,
    agreement_faults,
)
from services.risk_pool.domain.parties import BANK, LineTerms
from services.risk_pool.domain.planned_money import planned_by
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.waiting import serve_line
from services.risk_pool.queries import agreements as known
from services.risk_pool.tables import agreements, parties, pools
from services.risk_pool.tables.ledger import LockedPool, lock_pool
from services.risk_pool.tables.numbers import next_number
from shared.life_cycle import SYSTEM, Row
from shared.refusals import FieldFault, FieldsWrong
from shared.transitions import Step, apply_transition


async def enter(
    conn: asyncpg.Connection, pool_code: str, entered: AgreementEntered, context: StepContext
) -> UUID:
    """Keep a version until another person has put it in force. Raises NotFound, FieldsWrong with
    every field that is wrong."""
    pool = await lock_pool(conn, pool_code)
    move = LIFE_CYCLE.require(None, Action.ENTER, context.by)
    standing = await _standing(conn, pool, entered.party_code, entered.purpose)
    if faults := agreement_faults(entered, standing, today=context.today):
        raise FieldsWrong(faults)

    share = entered.contribution_share
    agreement: dict[str, Any] = {
        "id": uuid7(),
        "number": await next_number(conn, pool.code, series="H", year=context.today.year),
        "pool_code": pool.code,
        "party_code": entered.party_code,
        "party_role": standing.role,
        "bank_code": entered.party_code if standing.role == BANK else "",
        "valid_from": entered.valid_from,
        "valid_to": entered.valid_to,
        "purpose": entered.purpose,
        "reference": entered.reference,
        "note": entered.note,
        "backdating_reason": entered.backdating_reason,
        "line_fen": entered.line_fen,
        "pool_share_fen": entered.pool_share_fen,
        "minimum_lending_fen": entered.minimum_lending_fen,
        "minimum_per": entered.minimum_per,
        "contribution_share": None if share is None else str(share),
        "top_up_below_fen": entered.top_up_below_fen,
        "state": move.target,
        "state_since": context.now,
        "due_on": None,
        "entered_by": context.by.subject,
        "entered_name": context.by.name,
        "entered_at": context.now,
    }
    planned = planned_by(
        agreement["number"],
        entered.party_code,
        contributions=entered.contributions,
        fees=entered.fees,
    )
    await agreements.insert(conn, agreement)
    await agreements.plan(conn, pool.code, planned, agreement_id=agreement["id"])
    step = Step(
        case={**agreement, "state": None, "version": 0},
        action=Action.ENTER,
        by=context.by,
        reason=entered.backdating_reason,
    )
    await apply_transition(conn, agreements.CASES, step, now=context.now)
    return UUID(str(agreement["id"]))


async def release(conn: asyncpg.Connection, agreement_id: UUID, context: StepContext) -> None:
    """The second person puts a version in force: the earlier one ends on the day before it begins,
    what it planned from then on is dropped, what this one plans is expected, and a bank has its new
    line.

    Raises NotFound, SecondPersonRequired, LaterVersionInForce.
    """
    pool, agreement = await hold(conn, agreements.CASES, agreement_id, Action.RELEASE, context)
    whose = (pool.code, agreement["party_code"], agreement["purpose"])
    earlier = await agreements.in_force(conn, *whose)
    _require_later(agreement, earlier)
    edition = await known.editions(conn, *whose) + 1
    if earlier is not None:
        await _replace(conn, earlier, agreement, context)
    step = Step(
        case=agreement,
        action=Action.RELEASE,
        by=context.by,
        changes={
            "edition": edition,
            "released_by": context.by.subject,
            "released_name": context.by.name,
            "released_on": context.today,
        },
        facts={
            "party_name": await parties.name_of(conn, pool.code, agreement["party_code"]),
            "edition": edition,
            "on": context.today,
        },
    )
    await apply_transition(conn, agreements.CASES, step, now=context.now)
    await agreements.expect(conn, agreement["id"], since=context.today)
    if agreement["line_fen"] is not None:
        await _give_line(conn, pool, agreement, context)
    await pools.raise_version(conn, pool.code)
    await serve_line(conn, pool.code, now=context.now)


async def refuse(
    conn: asyncpg.Connection, agreement_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The second person does not put it in force. Raises NotFound, SecondPersonRequired."""
    _, agreement = await hold(conn, agreements.CASES, agreement_id, Action.REFUSE, context)
    step = Step(case=agreement, action=Action.REFUSE, by=context.by, reason=reason)
    await apply_transition(conn, agreements.CASES, step, now=context.now)


async def _replace(
    conn: asyncpg.Connection, earlier: Row, later: Row, context: StepContext
) -> None:
    last_day = later["valid_from"] - timedelta(days=1)
    ended_on = min(last_day, earlier["valid_to"] or last_day)
    step = Step(
        case=earlier,
        action=Action.REPLACE,
        by=SYSTEM,
        reason=later["number"],
        changes={"valid_to": ended_on, "replaced_by": later["number"]},
    )
    await apply_transition(conn, agreements.CASES, step, now=context.now)
    await agreements.drop(
        conn, earlier["id"], from_day=later["valid_from"], by_number=later["number"]
    )


async def _give_line(
    conn: asyncpg.Connection, pool: LockedPool, agreement: Row, context: StepContext
) -> None:
    """Nothing where the agreement says what the pool's set-up has said of the same days."""
    line = LineTerms(
        amount_fen=agreement["line_fen"],
        pool_share_fen=agreement["pool_share_fen"],
        valid_from=agreement["valid_from"],
        valid_to=agreement["valid_to"],
        note=agreement["reference"],
    )
    agreed = Line(
        amount_fen=line.amount_fen,
        pool_share_fen=line.pool_share_fen,
        valid_from=line.valid_from,
        valid_to=line.valid_to,
    )
    if await _line(conn, pool, agreement["party_code"]) == agreed:
        return
    await parties.agree(
        conn,
        pool.code,
        agreement["party_code"],
        line,
        created_by=context.by.subject,
        now=context.now,
        agreement_id=agreement["id"],
    )


def _require_later(agreement: Row, earlier: Row | None) -> None:
    if earlier is None or earlier["valid_from"] < agreement["valid_from"]:
        return
    raise LaterVersionInForce(
        f"{earlier['number']} 自 {earlier['valid_from']} 起已生效，本版须晚于该日。",
        f"{earlier['number']} is in force from {earlier['valid_from']}; this one begins no later.",
        number=earlier["number"],
    )


async def _standing(
    conn: asyncpg.Connection, pool: LockedPool, party_code: str, purpose: str
) -> Standing:
    role = await parties.role_of(conn, pool.code, party_code)
    if role is None:
        raise FieldsWrong(
            [
                FieldFault(
                    ("party_code",), "party-unknown", f"{party_code} 未参加资金池",
                    f"{party_code} does not take part in the pool.",
                )
            ]
        )  # fmt: skip
    standing = Standing(role=role, line=await _line(conn, pool, party_code))
    earlier = await agreements.in_force(conn, pool.code, party_code, purpose)
    return replace(standing, in_force_from=earlier["valid_from"]) if earlier else standing


async def _line(conn: asyncpg.Connection, pool: LockedPool, party_code: str) -> Line | None:
    line = await parties.last_line(conn, pool.code, party_code)
    if line is None:
        return None
    return Line(
        amount_fen=line["line_fen"],
        pool_share_fen=line["pool_share_fen"],
        valid_from=line["valid_from"],
        valid_to=line["valid_to"],
    )

"""A loan package is made by one person, approved by another, ended or dissolved."""

from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.loan_package import (
    LIFE_CYCLE,
    MOST_LOANS,
    Action,
    Filter,
    NothingChosen,
    TooManyChosen,
    totals,
)
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import loan_packages as known
from services.risk_pool.tables import loan_packages as packages
from services.risk_pool.tables import parties
from services.risk_pool.tables.ledger import lock_pool
from services.risk_pool.tables.loan_packages import PACKAGES
from services.risk_pool.tables.numbers import next_number
from shared.refusals import NotFound
from shared.transitions import Step, apply_transition


async def freeze(
    conn: asyncpg.Connection, pool_code: str, *, name: str, wanted: Filter, context: StepContext
) -> UUID:
    """Choose the free loans that fit, and freeze them with their totals under a number.

    Raises NotFound for a bank that takes no part, NothingChosen, TooManyChosen.
    """
    move = LIFE_CYCLE.require(None, Action.FREEZE, context.by)
    pool = await lock_pool(conn, pool_code)
    if wanted.bank_code and wanted.bank_code not in await parties.banks_of(conn, pool.code):
        raise NotFound(
            f"{wanted.bank_code} 不是该资金池的合作银行",
            f"{wanted.bank_code} is not a cooperating bank of this pool.",
        )
    loans, left_out = await known.choose(conn, pool.code, wanted, day=context.today)
    if not loans:
        raise NothingChosen(
            f"没有符合条件且未入包的贷款（另有 {left_out} 笔已在存续资产包中）",
            f"No loan fits and is free; {left_out} that fit are in a live package.",
            left_out=left_out,
        )
    if len(loans) > MOST_LOANS:
        raise TooManyChosen(
            f"符合条件的贷款超过 {MOST_LOANS} 笔，请收窄条件",
            f"More than {MOST_LOANS} loans fit; narrow the filter.",
        )
    found = totals(loans)
    package: dict[str, Any] = {
        "id": uuid7(),
        "number": await next_number(conn, pool.code, series="L", year=context.today.year),
        "pool_code": pool.code,
        "bank_code": wanted.bank_code,
        "name": name,
        "chosen_by": wanted.as_data(),
        "frozen_on": context.today,
        "loans": found.loans,
        "firms": found.firms,
        "balance_fen": found.balance_fen,
        "rest_numerator": found.rest_days.numerator,
        "rest_denominator": found.rest_days.denominator,
        "largest_ten_fen": found.largest_ten_fen,
        "left_out": left_out,
        "state": move.target,
        "state_since": context.now,
        "made_by": context.by.subject,
        "made_by_name": context.by.name,
        "made_at": context.now,
    }
    await packages.insert(conn, package, loans)
    step = Step(
        case={**package, "state": None, "version": 0},
        action=Action.FREEZE,
        by=context.by,
        facts={"what": "frozen", "on": context.today, "reason": ""},
    )
    await apply_transition(conn, PACKAGES, step, now=context.now)
    return UUID(str(package["id"]))


async def approve(
    conn: asyncpg.Connection, package_id: UUID, context: StepContext, *, opinion: str
) -> None:
    """Another person approves what is frozen."""
    _, row = await hold(conn, PACKAGES, package_id, Action.APPROVE, context)
    step = Step(
        case=row,
        action=Action.APPROVE,
        by=context.by,
        reason=opinion,
        changes={
            "approved_by": context.by.subject,
            "approved_by_name": context.by.name,
            "approved_at": context.now,
        },
        facts={"what": "approved", "on": context.today, "reason": opinion},
    )
    await apply_transition(conn, PACKAGES, step, now=context.now)


async def end(
    conn: asyncpg.Connection, package_id: UUID, context: StepContext, *, reason: str
) -> None:
    """It has run its course; its loans are free again."""
    await _close(conn, package_id, Action.END, context, reason, what="ended")


async def dissolve(
    conn: asyncpg.Connection, package_id: UUID, context: StepContext, *, reason: str
) -> None:
    """It is given up; its loans are free again."""
    await _close(conn, package_id, Action.DISSOLVE, context, reason, what="dissolved")


async def _close(
    conn: asyncpg.Connection, package_id: UUID, action: Action, context: StepContext, reason: str,
    *, what: str,
) -> None:  # fmt: skip
    _, row = await hold(conn, PACKAGES, package_id, action, context)
    step = Step(
        case=row,
        action=action,
        by=context.by,
        reason=reason,
        changes={"closed_on": context.today, "close_reason": reason},
        facts={"what": what, "on": context.today, "reason": reason},
    )
    await apply_transition(conn, PACKAGES, step, now=context.now)
    await packages.let_go(conn, package_id)

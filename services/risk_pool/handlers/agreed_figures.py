"""Figures of agreements and decisions: one person enters, another releases or refuses."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.agreed_figures import (
    KINDS,
    LIFE_CYCLE,
    STATED,
    Action,
    FigureEntered,
    ends,
    figure_faults,
)
from services.risk_pool.domain.indicators import INDICATORS
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import agreed_figures as known
from services.risk_pool.queries import claims as known_loans
from services.risk_pool.tables import agreed_figures, parties
from services.risk_pool.tables.ledger import LockedPool, lock_pool
from services.risk_pool.tables.numbers import next_number
from shared.life_cycle import SYSTEM
from shared.money import group_fen
from shared.postgres.published_schemes import scheme_on
from shared.refusals import FieldFault, FieldsWrong, Refused
from shared.schemes.terms import Terms
from shared.transitions import Step, apply_transition


async def enter(
    conn: asyncpg.Connection, pool_code: str, entered: FigureEntered, context: StepContext
) -> UUID:
    """Keep a figure until another person releases it. Raises NotFound, FieldsWrong."""
    pool = await lock_pool(conn, pool_code)
    move = LIFE_CYCLE.require(None, Action.ENTER, context.by)
    entered = await _with_bank_of_loan(conn, pool, entered)
    faults = [
        *figure_faults(entered, today=context.today),
        *await _faults_of_places(conn, pool, entered),
    ]
    if faults:
        raise FieldsWrong(faults)

    figure: dict[str, Any] = {
        **{one.name: getattr(entered, one.name) for one in fields(entered)},
        "ratio": None if entered.ratio is None else str(entered.ratio),
        "id": uuid7(),
        "number": await next_number(conn, pool.code, series="A", year=context.today.year),
        "pool_code": pool.code,
        "state": move.target,
        "state_since": context.now,
        "due_on": None,
        "entered_by": context.by.subject,
        "entered_name": context.by.name,
        "entered_at": context.now,
    }
    await agreed_figures.insert(conn, figure)
    step = Step(case={**figure, "state": None, "version": 0}, action=Action.ENTER, by=context.by)
    await apply_transition(conn, agreed_figures.CASES, step, now=context.now)
    return UUID(str(figure["id"]))


async def release(conn: asyncpg.Connection, figure_id: UUID, context: StepContext) -> None:
    """The second person puts a figure in force; what it replaces ends the day before it begins.

    Raises NotFound, SecondPersonRequired.
    """
    pool, figure = await hold(conn, agreed_figures.CASES, figure_id, Action.RELEASE, context)
    step = Step(
        case=figure,
        action=Action.RELEASE,
        by=context.by,
        changes={
            "released_by": context.by.subject,
            "released_name": context.by.name,
            "released_on": context.today,
        },
    )
    before = await known.in_force(conn, pool.code, figure["kind"])
    await apply_transition(conn, agreed_figures.CASES, step, now=context.now)
    for one in before:
        if ends(figure, one):
            ended = Step(
                case=one,
                action=Action.END,
                by=SYSTEM,
                reason=figure["number"],
                changes={"valid_to": figure["valid_from"] - timedelta(days=1)},
            )
            await apply_transition(conn, agreed_figures.CASES, ended, now=context.now)


async def refuse(
    conn: asyncpg.Connection, figure_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The second person does not put it in force. Raises NotFound, SecondPersonRequired."""
    _, figure = await hold(conn, agreed_figures.CASES, figure_id, Action.REFUSE, context)
    step = Step(case=figure, action=Action.REFUSE, by=context.by, reason=reason)
    await apply_transition(conn, agreed_figures.CASES, step, now=context.now)


async def _with_bank_of_loan(
    conn: asyncpg.Connection, pool: LockedPool, entered: FigureEntered
) -> FigureEntered:
    """A figure of a loan is one of the loan's bank. Raises FieldsWrong."""
    if entered.loan_id is None:
        return entered
    if await known_loans.pool_of_loan(conn, entered.loan_id) != pool.code:
        raise FieldsWrong(
            [
                FieldFault(
                    ("loan_id",), "loan-unknown", "该资金池没有这笔贷款", "No loan of the pool."
                )
            ]
        )
    bank_code = (await known_loans.loan(conn, entered.loan_id))["bank_code"]
    if entered.bank_code not in ("", bank_code):
        raise FieldsWrong(
            [
                FieldFault(
                    ("bank_code",), "not-the-loans-bank", f"该贷款属于 {bank_code}",
                    f"The loan is one of {bank_code}.",
                )
            ]
        )  # fmt: skip
    return replace(entered, bank_code=bank_code)


async def _faults_of_places(
    conn: asyncpg.Connection, pool: LockedPool, entered: FigureEntered
) -> list[FieldFault]:
    """A bank takes part in the pool, and a cap or a prior decision is one of its measures."""
    faults = []
    if entered.bank_code and not await parties.takes_part(conn, pool.code, entered.bank_code):
        faults.append(
            FieldFault(
                ("bank_code",), "party-unknown", f"{entered.bank_code} 未参加资金池",
                f"{entered.bank_code} does not take part in the pool.",
            )
        )  # fmt: skip
    if KINDS[entered.kind].subject in ("cap", "decision") and entered.subject:
        faults += _faults_of_subject(entered, await _all_terms(conn, pool, entered))
    if entered.kind in STATED and _is_counted(entered, pool):
        faults.append(
            FieldFault(
                ("year",), "counted-here",
                f"该指标自 {pool.opened_on.year} 年起由系统按贷款统计，不能填报",
                f"From {pool.opened_on.year} on the book itself counts this.",
            )
        )  # fmt: skip
    return faults


def _is_counted(entered: FigureEntered, pool: LockedPool) -> bool:
    """Whether the book counts an indicator of that year itself."""
    indicator = INDICATORS.get(entered.subject)
    counts = indicator is not None and indicator.part is not None
    return counts and entered.year is not None and entered.year >= pool.opened_on.year


async def _all_terms(
    conn: asyncpg.Connection, pool: LockedPool, entered: FigureEntered
) -> list[Terms]:
    """The terms of every mode on the figure's first day; none where the measures do not hold."""
    found = []
    try:
        scheme = await scheme_on(conn, pool.programme, entered.valid_from)
        for mode in scheme.modes:
            found.append(scheme.terms(entered.valid_from, mode))
    except Refused:
        return found
    return found


def _faults_of_subject(entered: FigureEntered, terms: list[Terms]) -> list[FieldFault]:
    place = ("subject",)
    if entered.kind == "confirmed":
        names = {
            name
            for one in terms
            if one.sharing is not None
            for _, name in one.sharing.only_if_confirmed
        }
        if entered.subject in names:
            return []
        return [
            FieldFault(
                place, "decision-unknown",
                "方案没有这项前置确认：" + ("、".join(sorted(names)) or "方案不要求前置确认"),
                "The measures ask for no such decision: " + (", ".join(sorted(names)) or "none"),
            )
        ]  # fmt: skip
    raisable = {
        cap.code: cap.may_be_raised_to_fen
        for one in terms
        for cap in one.caps
        if cap.may_be_raised_to_fen is not None
    }
    most = raisable.get(entered.subject)
    if most is None:
        return [
            FieldFault(
                place, "cap-not-raisable",
                "方案没有可调高的此项上限：" + ("、".join(sorted(raisable)) or "无"),
                "No such cap may be raised: " + (", ".join(sorted(raisable)) or "none"),
            )
        ]  # fmt: skip
    if entered.amount_fen is not None and entered.amount_fen > most:
        return [
            FieldFault(
                ("amount",), "above-what-may-be", f"最高可调至 {group_fen(most)} 元",
                f"It may be raised to {group_fen(most)} at most.",
            )
        ]  # fmt: skip
    return []

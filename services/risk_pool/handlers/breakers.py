"""Circuit breakers are looked at: a bank's when a month is whole, the pool's after a booking.

A bank is looked at once per month, when every loan it has in cover at that month's end has a
position for it; so the outcome does not hang on how the positions arrived. Where positions are
still missing on the day by which they are due, it is looked at all the same (handlers/silence.py).
Months go forward only: a month older than the last one looked at, and a report or a correction
that comes after the look, are left aside; the next month's figures hold them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import asyncpg

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.breaker_looks import BreakerLook, look_at_bank, look_at_pool
from services.risk_pool.domain.breakers import STOPS, Action, Breaker, Cause
from services.risk_pool.domain.silence import BankFigures
from services.risk_pool.domain.warning_signs import sign_of_breaker
from services.risk_pool.handlers.waiting import serve_line
from services.risk_pool.handlers.warning_signs import raise_signs
from services.risk_pool.queries import breaker_figures
from services.risk_pool.queries.terms import terms_on
from services.risk_pool.tables import breakers, pools
from services.risk_pool.tables.breakers import BANK_BREAKERS, POOL_BREAKERS
from services.risk_pool.tables.ledger import (
    DECIDED_BY_SYSTEM,
    LockedPool,
    balances,
    lock_pool,
    store_explanation,
)
from shared.clock import business_date
from shared.life_cycle import SYSTEM
from shared.months import Month
from shared.postgres.database import EVERYWHERE, Database
from shared.schemes.terms import Terms
from shared.transitions import CaseTable, Step, apply_transition


async def watch_banks(
    conn: asyncpg.Connection, pool: LockedPool, banks: Iterable[str], *, now: datetime
) -> None:
    """Look at banks whose positions or coverages have changed, and tell where one moved.

    The pool must be held. Nothing is looked at twice.
    """
    for bank in sorted(set(banks)):
        breaker = await breakers.load(conn, pool.code, bank)
        whole = await breaker_figures.whole_months(conn, pool.code, bank, after=breaker.month)
        for month in whole:
            figures = await breaker_figures.bank_figures(conn, pool.code, bank, month)
            breaker = await evaluate_bank(conn, pool, breaker, month, figures, now=now)


async def evaluate_bank(
    conn: asyncpg.Connection,
    pool: LockedPool,
    breaker: Breaker,
    month: str,
    figures: BankFigures,
    *,
    now: datetime,
) -> Breaker:
    """Look at a bank's figures of a month's end, keep the look, and tell where it moved the bank.

    Nothing happens where no scheme is in force. The pool must be held.
    """
    terms = await terms_on(conn, pool.programme, Month.parse(month).last)
    if terms is None:
        return breaker
    look = look_at_bank(breaker, month, figures=figures, terms=terms)
    await _explain(conn, look, now=now)
    facts = {
        "bad_principal_fen": figures.bad_fen,
        "covered_principal_fen": figures.covered_fen,
        "line_bp": look.line_bp,
        "on": look.day,
        "cause": look.cause,
        "estimated_loans": figures.estimated,
    }
    after = await _move(conn, BANK_BREAKERS, look, facts, now=now)
    await _warn_of_bank(conn, breaker, month, figures, terms, now=now)
    return after


async def _warn_of_bank(
    conn: asyncpg.Connection,
    breaker: Breaker,
    month: str,
    figures: BankFigures,
    terms: Terms,
    *,
    now: datetime,
) -> None:
    if terms.bank_breaker is None:
        return
    sign = sign_of_breaker(
        breaker.pool_code,
        breaker.bank_code,
        month,
        bad_fen=figures.bad_fen,
        covered_fen=figures.covered_fen,
        warn=terms.bank_breaker.warn,
        stop=terms.bank_breaker.stop,
    )
    await raise_signs(conn, [sign] if sign else [], now=now)


async def watch_pool(
    conn: asyncpg.Connection, pool: LockedPool, *, day: date, now: datetime
) -> None:
    """Look at the pool's balance after a booking that changed it, and tell where that moved it.

    Call it after every booking of contributions, interest, fees, subsidies, claims and
    recoveries. The pool must be held.
    """
    terms = await terms_on(conn, pool.programme, day)
    if terms is None or terms.pool_breaker is None:
        return
    held = await balances(conn, pool.code)
    available_fen, paid_in_fen = accounts.available_fen(held), accounts.paid_in_fen(held)
    before = await breakers.load(conn, pool.code, "")
    look = look_at_pool(
        before, day, available_fen=available_fen, paid_in_fen=paid_in_fen, terms=terms
    )
    if look.action:
        await _explain(conn, look, now=now)
    facts = {"available_fen": available_fen, "paid_in_fen": paid_in_fen, "on": day}
    after = await _move(conn, POOL_BREAKERS, look, facts, now=now)
    if after.is_stopped != before.is_stopped:
        await pools.set_stopped(conn, pool.code, stopped=after.is_stopped)


async def _explain(conn: asyncpg.Connection, look: BreakerLook, *, now: datetime) -> None:
    explanation_id = await store_explanation(
        conn,
        look.before.pool_code,
        "breaker",
        look.as_data(),
        DECIDED_BY_SYSTEM,
        now,
        bank_code=look.before.bank_code,
    )
    await breakers.store_evaluation(conn, look, explanation_id, now=now)


async def _move(
    conn: asyncpg.Connection,
    cases: CaseTable,
    look: BreakerLook,
    facts: dict[str, object],
    *,
    now: datetime,
) -> Breaker:
    """Keep the figures of a look, and carry out the move that they make."""
    breaker = await _begun(conn, cases, look.before, now=now)
    await breakers.save(conn, look)
    if look.action:
        step = Step(case=breaker, action=look.action, by=SYSTEM, facts=facts)
        await apply_transition(conn, cases, step, now=now)
    return look.after


async def _begun(
    conn: asyncpg.Connection, cases: CaseTable, breaker: Breaker, *, now: datetime
) -> Breaker:
    """A breaker that nobody has looked at yet begins to be watched."""
    if breaker.version:
        return breaker
    begins_as = cases.life_cycle.require(None, Action.WATCH, SYSTEM).target
    await breakers.begin(conn, breaker, begins_as=begins_as, now=now)
    begun = {"id": breaker.id, "bank_code": breaker.bank_code, "state": None, "version": 0}
    step = Step(case=begun, action=Action.WATCH, by=SYSTEM)
    await apply_transition(conn, cases, step, now=now)
    return replace(breaker, state=begins_as, version=1)


def cases_of(breaker: Breaker) -> CaseTable:
    """The table that a breaker follows: a bank's, or the pool's own."""
    return BANK_BREAKERS if breaker.bank_code else POOL_BREAKERS


async def move_by_hand(
    conn: asyncpg.Connection,
    pool: LockedPool,
    breaker: Breaker,
    action: str,
    *,
    reason: str,
    detail: Mapping[str, Any],
    day: date,
    now: datetime,
) -> None:
    """Carry out what two persons have decided; months that count begin anew. The pool must be
    held. Raises NotPossibleNow."""
    cases = cases_of(breaker)
    breaker = await _begun(conn, cases, breaker, now=now)
    step = Step(
        case=breaker,
        action=action,
        by=SYSTEM,
        reason=reason,
        detail=detail,
        facts={
            **await _figures_of(conn, breaker),
            "on": day,
            "cause": Cause.BY_HAND,
            "reason": reason,
        },
    )
    done = await apply_transition(conn, cases, step, now=now)
    await breakers.count_anew(conn, breaker)
    if not breaker.bank_code:
        await pools.set_stopped(conn, pool.code, stopped=done.state in STOPS)
    else:
        await pools.raise_version(conn, pool.code)


async def _figures_of(conn: asyncpg.Connection, breaker: Breaker) -> Mapping[str, Any]:
    """What the events of a breaker say of its figures, as they are known now."""
    if breaker.bank_code:
        bad_fen, covered_fen = await breakers.figures(conn, breaker)
        return {
            "bad_principal_fen": bad_fen,
            "covered_principal_fen": covered_fen,
            "line_bp": 0,
        }
    held = await balances(conn, breaker.pool_code)
    return {
        "available_fen": accounts.available_fen(held),
        "paid_in_fen": accounts.paid_in_fen(held),
    }


async def watch_idle_banks(database: Database, *, now: datetime) -> None:
    """A bank that was warned or suspended and has no loan in cover any more sends no positions,
    so nothing would ever lift it. Such months count as months without bad loans."""
    month = str(Month.of(business_date(now)))
    async with database.begin(EVERYWHERE) as conn:
        idle = await breaker_figures.tripped_and_idle(conn)
    for pool_code, bank in idle:
        async with database.begin(EVERYWHERE) as conn:
            pool = await lock_pool(conn, pool_code)
            await _count_idle_months(conn, pool, bank, until=month, now=now)
            await serve_line(conn, pool.code, now=now)


async def _count_idle_months(
    conn: asyncpg.Connection, pool: LockedPool, bank: str, *, until: str, now: datetime
) -> None:
    breaker = await breakers.load(conn, pool.code, bank)
    busy = await breaker_figures.any_in_cover(conn, pool.code, bank)
    while not busy and not breaker.is_normal and breaker.month is not None:
        month = str(Month.parse(breaker.month).after)
        if month >= until:
            break
        after = await evaluate_bank(conn, pool, breaker, month, BankFigures(), now=now)
        if after == breaker:
            break
        breaker = after

"""What one person has entered is released by another, or confirmed by the account: then it is booked."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.account_matching import Line
from services.risk_pool.domain.cash import require_cash
from services.risk_pool.domain.cash_booking import (
    as_booked,
    explained,
    leaves_the_account,
    require_day,
)
from services.risk_pool.domain.cash_entry import (
    LIFE_CYCLE,
    THE_ACCOUNT,
    Action,
)
from services.risk_pool.domain.ledger import CASH
from services.risk_pool.domain.open_items import month_of
from services.risk_pool.handlers import (
    account_matching,
    claim_payments,
    month_after_posting,
    payment_entries,
)
from services.risk_pool.handlers.breakers import watch_pool
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.waiting import serve_line
from services.risk_pool.queries import open_items
from services.risk_pool.tables import cash_entries, pools
from services.risk_pool.tables.held_cases import lock_case
from services.risk_pool.tables.ledger import (
    LockedPool,
    balances,
    book,
    store_explanation,
)
from shared.life_cycle import SYSTEM, Person, Row
from shared.transitions import Step, apply_transition


async def release(conn: asyncpg.Connection, entry_id: UUID, context: StepContext) -> None:
    """Another person releases it: booked on its value date, or the first open day where that month
    is closed; what it settles is settled with it, and the line that it was entered from, or that
    shows it, is matched.

    Raises SecondPersonRequired, DateNotYet, CashShort, NothingOpen for a line that is matched meanwhile, and
    what an item or its claim refuses by now.
    """
    pool, entry = await hold(conn, cash_entries.CASES, entry_id, Action.RELEASE, context)
    seq = await _book(conn, pool, entry, Action.RELEASE, context.by, context)
    if entry["line_id"] is not None:
        await account_matching.match_booked(
            conn,
            pool,
            context,
            line_id=entry["line_id"],
            seq=seq,
            amount_fen=-entry["amount_fen"] if leaves_the_account(entry) else entry["amount_fen"],
        )
    await account_matching.match_open(conn, pool, context)


async def confirm(
    conn: asyncpg.Connection,
    pool: LockedPool,
    entry_id: UUID,
    context: StepContext,
    *,
    line: Line,
) -> int:
    """A line shows what one person has entered: the account is the second to say so. Answers the
    number of the transfer. The pool is locked. Raises what `release` raises of the books."""
    entry = await lock_case(conn, cash_entries.CASES, entry_id)
    LIFE_CYCLE.require(entry, Action.CONFIRM, SYSTEM)
    return await _book(conn, pool, entry, Action.CONFIRM, THE_ACCOUNT, context, line=line)


async def _book(
    conn: asyncpg.Connection,
    pool: LockedPool,
    entry: Row,
    action: Action,
    second: Person,
    context: StepContext,
    *,
    line: Line | None = None,
) -> int:
    """Book an entry that `second` vouches for, too; the number of the transfer of its money."""
    await payment_entries.require_released(conn, entry)
    # Nothing is paid before the day on which the bank was asked to pay.
    require_day(entry["value_date"], opened_on=pool.opened_on, today=context.today)
    booked_on = pool.open_day(entry["value_date"])
    await _require_settles_still(conn, pool, entry, shown=line is not None)
    if leaves_the_account(entry):
        held_fen = (await balances(conn, pool.code)).get(CASH, 0)
        require_cash(held_fen=held_fen, due_fen=entry["amount_fen"])

    changes = {"line_id": line.id} if line else {}
    explanation_id = await _explain(
        conn, pool, entry, changes, second, booked_on=booked_on, now=context.now
    )
    transfers = as_booked(entry, booked_on=booked_on, explanation_id=explanation_id)
    await book(conn, pool, transfers, now=context.now)
    seq = await pools.last_seq(conn, pool.code) - len(transfers) + 1
    step = Step(
        case=entry,
        action=action,
        by=SYSTEM if line else context.by,
        reason=f"{line.booked_on} {line.reference}".strip() if line else "",
        changes={
            **changes,
            "released_by": second.subject,
            "released_name": second.name,
            "released_on": context.today,
            "booked_on": booked_on,
            "reference": transfers[0].reference,
            "explanation_id": explanation_id,
        },
    )
    await apply_transition(conn, cash_entries.CASES, step, now=context.now)
    if entry["claim_id"] is not None:
        await claim_payments.follow(conn, entry, context, released_by=second.name)
    if entry["sign"] < 0:
        await payment_entries.take_back(conn, entry, context)
    if month := month_of(pool.code, entry["item"]):
        await month_after_posting.follow(conn, pool.code, month, now=context.now)
    await watch_pool(conn, pool, day=booked_on, now=context.now)
    await serve_line(conn, pool.code, now=context.now)
    return seq


async def _explain(
    conn: asyncpg.Connection,
    pool: LockedPool,
    entry: Row,
    changes: Mapping[str, Any],
    second: Person,
    *,
    booked_on: date,
    now: datetime,
) -> UUID:
    people = {
        "entered_by": {"subject": entry["entered_by"], "name": entry["entered_name"]},
        "released_by": {"subject": second.subject, "name": second.name},
    }
    found = {**explained(entry, booked_on=booked_on), **{k: str(v) for k, v in changes.items()}}
    return await store_explanation(conn, pool.code, entry["kind"], found, people, now)


async def refuse(
    conn: asyncpg.Connection, entry_id: UUID, context: StepContext, *, reason: str
) -> None:
    """It is not booked; who entered it may enter it anew as it should be."""
    await _end(conn, entry_id, Action.REFUSE, context, reason)


async def withdraw(
    conn: asyncpg.Connection, entry_id: UUID, context: StepContext, *, reason: str
) -> None:
    """Who entered it takes it back before anybody has released it."""
    await _end(conn, entry_id, Action.WITHDRAW, context, reason)


async def _end(
    conn: asyncpg.Connection, entry_id: UUID, action: Action, context: StepContext, reason: str
) -> None:
    _, entry = await hold(conn, cash_entries.CASES, entry_id, action, context)
    await payment_entries.require_no_order(conn, entry)
    step = Step(case=entry, action=action, by=context.by, reason=reason)
    await apply_transition(conn, cash_entries.CASES, step, now=context.now)


async def drop(conn: asyncpg.Connection, entry: Row, context: StepContext, *, reason: str) -> None:
    """Its payment order has ended before anything was booked. The pool and the entry are locked."""
    step = Step(case=entry, action=Action.DROP, by=SYSTEM, reason=reason)
    await apply_transition(conn, cash_entries.CASES, step, now=context.now)


async def _require_settles_still(
    conn: asyncpg.Connection, pool: LockedPool, entry: Row, *, shown: bool
) -> None:
    """What has been settled since this was entered leaves no more room than it needs, and a claim
    is still to be paid as much."""
    if not entry["item"] or entry["sign"] < 0:
        return
    item = await open_items.find(conn, pool.code, entry["item"])
    # A claim that waits for no payment any more is none; its own life cycle refuses to pay it.
    if item is not None:
        item.require_settles(
            entry["of_kind"],
            entry["amount_fen"],
            waiting_fen=0,
            shown=shown or entry["line_id"] is not None,
        )

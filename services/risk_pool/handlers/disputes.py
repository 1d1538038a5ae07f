"""Disputes: a party files one against a line of its posted statement, two persons of finance decide.

The posted month is never touched. While a dispute is open its difference waits apart from what is
due (queries/open_items.py reads that of the disputes themselves).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.dispute import (
    DECIDABLE,
    LIFE_CYCLE,
    WINDOW_WORKING_DAYS,
    Action,
)
from services.risk_pool.domain.dispute_booking import DisputeTrial, as_transfers, decided, lowers
from services.risk_pool.domain.dispute_explained import explained
from services.risk_pool.domain.dispute_filing import (
    DisputedAlready,
    Filed,
    MonthNotPosted,
    Proposal,
    require_as_it_was,
    require_right,
    require_window,
)
from services.risk_pool.domain.open_items import DUE_WORKING_DAYS, settlement_item
from services.risk_pool.domain.parties import BANK
from services.risk_pool.domain.settlement import BOOKS_CLOSED
from services.risk_pool.domain.stated_lines import stated_fen
from services.risk_pool.domain.trial import trial_moved
from services.risk_pool.handlers import month_after_posting
from services.risk_pool.handlers.breakers import watch_pool
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.waiting import serve_line
from services.risk_pool.queries import disputes as known
from services.risk_pool.queries import open_items
from services.risk_pool.queries import settlements as known_settlements
from services.risk_pool.tables import disputes, shown_trials
from services.risk_pool.tables.ledger import LockedPool, book, lock_pool, store_explanation
from services.risk_pool.tables.numbers import next_number
from shared.life_cycle import Row
from shared.months import Month
from shared.postgres.database import seeing_everything
from shared.refusals import NotFound
from shared.said_numbers import month_said
from shared.transitions import Step, apply_transition


async def file(
    conn: asyncpg.Connection,
    pool_code: str,
    month: Month,
    party_code: str,
    filed: Filed,
    context: StepContext,
    *,
    bank: str | None,
) -> UUID:
    """A bank disputes a line of its own statement (`bank` is its code), or finance files for a party
    by its letter.

    Raises NotFound, MonthNotPosted, DisputedTooLate, FieldsWrong, DisputedAlready, LineAdjusted.
    """
    LIFE_CYCLE.require(None, Action.FILE, context.by)
    if bank is not None and bank != party_code:
        raise NotFound("没有该对账单", "There is no such statement.")
    async with seeing_everything(conn):
        pool = await lock_pool(conn, pool_code)
        settlement, statement = await _posted(conn, pool, month, party_code)
        until = context.working_days.add(settlement["posted_on"], WINDOW_WORKING_DAYS)
        require_window(context.today, until=until)
        line = require_right(
            filed,
            await known.line_of(conn, settlement, party_code, filed.line),
            party=party_code,
            by_bank=bank is not None,
        )
        if await known.live_of_line(conn, pool.code, filed.line):
            raise DisputedAlready("该行已有争议。", "The line is disputed already.")
        await _require_as_it_was(conn, pool, line["reference"], line["loan_id"])
        dispute = {
            "month": str(month),
            "bank_code": party_code if statement["party_role"] == BANK else "",
            "party_role": statement["party_role"],
            "party_name": statement["party_name"],
            "party_code": party_code,
            "until": until,
            "filed_by_bank": bank is not None,
        }
        return await _keep(conn, pool, filed, line, dispute, context)


async def _posted(
    conn: asyncpg.Connection, pool: LockedPool, month: Month, party_code: str
) -> tuple[asyncpg.Record, asyncpg.Record]:
    """A posted month and what it leaves the party. The pool itself disputes nothing."""
    settlement = await known_settlements.find(conn, pool.code, month)
    statement = (
        None
        if settlement is None or party_code == pool.code
        else await known_settlements.statement_of(conn, settlement["id"], party_code)
    )
    if settlement is None or statement is None:
        raise NotFound("没有该对账单", "There is no such statement.")
    if settlement["state"] not in BOOKS_CLOSED:
        raise MonthNotPosted(
            f"{month_said(month, 'zh')}尚未入账，可要求重新预览。",
            f"{month} is not posted; ask for another preview instead.",
        )
    return settlement, statement


async def _require_as_it_was(
    conn: asyncpg.Connection, pool: LockedPool, reference: str, loan_id: UUID | None
) -> None:
    """Raises LineAdjusted."""
    require_as_it_was(await known.adjusted_by(conn, pool.code, reference, loan_id))


async def _keep(
    conn: asyncpg.Connection,
    pool: LockedPool,
    filed: Filed,
    line: Mapping[str, Any],
    of_statement: Mapping[str, Any],
    context: StepContext,
) -> UUID:
    party_code = of_statement["party_code"]
    reference = settlement_item(pool.code, Month.parse(of_statement["month"]), party_code)
    item = await open_items.find(conn, pool.code, reference)
    adds_fen = stated_fen(line, party_code)
    dispute = {
        **of_statement,
        "id": uuid7(),
        "number": await next_number(conn, pool.code, series="Y", year=context.today.year),
        "pool_code": pool.code,
        "item": reference if item is not None else "",
        "lowers_item": lowers(item, adds_fen),
        "line_seq": line["seq"],
        "line_reference": line["reference"],
        "line_kind": line["kind"],
        "line_debit": line["debit"],
        "line_credit": line["credit"],
        "line_amount_fen": line["amount_fen"],
        "line_date": line["business_date"],
        "loan_id": line["loan_id"],
        "stated_fen": adds_fen,
        "right_fen": filed.right_fen,
        "difference_fen": line["amount_fen"] - filed.right_fen,
        "reason": filed.reason,
        "letter": filed.letter,
        "state": LIFE_CYCLE.require(None, Action.FILE, context.by).target,
        "state_since": context.now,
        "due_on": None,
        "filed_at": context.now,
        "filed_by": context.by.subject,
        "filed_name": context.by.name,
    }
    await disputes.insert(conn, dispute)
    step = Step(
        case={**dispute, "state": None, "version": 0},
        action=Action.FILE,
        by=context.by,
        reason=filed.reason,
    )
    await apply_transition(conn, disputes.CASES, step, now=context.now)
    return UUID(str(dispute["id"]))


async def propose(
    conn: asyncpg.Connection,
    dispute_id: UUID,
    context: StepContext,
    *,
    verdict: str,
    reason: str,
    amount_fen: int | None = None,
) -> None:
    """Somebody of finance proposes how to decide: all of it, a part, or nothing is upheld. Raises
    FieldsWrong, LineAdjusted where anything is to be upheld."""
    pool, dispute = await hold(conn, disputes.CASES, dispute_id, Action.PROPOSE, context)
    proposal = Proposal(verdict=verdict, amount_fen=amount_fen)
    uphold_fen = proposal.upheld_of(dispute["difference_fen"])
    if uphold_fen:
        await _require_as_it_was(conn, pool, dispute["line_reference"], dispute["loan_id"])
    step = Step(
        case=dispute,
        action=Action.PROPOSE,
        by=context.by,
        reason=reason,
        changes={
            "proposed_by": context.by.subject,
            "proposed_name": context.by.name,
            "proposed_at": context.now,
            "uphold_fen": uphold_fen,
            "proposal_reason": reason,
        },
    )
    await apply_transition(conn, disputes.CASES, step, now=context.now)


async def send_back(
    conn: asyncpg.Connection, dispute_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The proposal is not followed: finance looks again."""
    _, dispute = await hold(conn, disputes.CASES, dispute_id, Action.SEND_BACK, context)
    step = Step(
        case=dispute,
        action=Action.SEND_BACK,
        by=context.by,
        reason=reason,
        changes={"uphold_fen": None, "proposal_reason": None},
    )
    await apply_transition(conn, disputes.CASES, step, now=context.now)


async def withdraw(
    conn: asyncpg.Connection, dispute_id: UUID, context: StepContext, *, reason: str
) -> None:
    """Who filed it takes it back: its amount is due as it was, by the day that it had."""
    _, dispute = await hold(conn, disputes.CASES, dispute_id, Action.WITHDRAW, context)
    step = Step(case=dispute, action=Action.WITHDRAW, by=context.by, reason=reason)
    await apply_transition(conn, disputes.CASES, step, now=context.now)


async def trial_of(conn: asyncpg.Connection, dispute: Row) -> DisputeTrial | None:
    """What the proposal would book now, whoever asks; None where nobody has proposed anything."""
    if dispute["state"] not in DECIDABLE:
        return None
    async with seeing_everything(conn):
        item = await open_items.find(conn, dispute["pool_code"], dispute["item"])
    return decided(dispute, item, upheld_fen=dispute["uphold_fen"])


async def decide(
    conn: asyncpg.Connection, dispute_id: UUID, context: StepContext, *, trial: str, opinion: str
) -> None:
    """Another person decides on the trial they saw. What is upheld is booked in the first open
    month; the rest is due again in the time that a posted month has.

    Raises SecondPersonRequired, LineAdjusted, TrialMoved with both.
    """
    pool, dispute = await hold(conn, disputes.CASES, dispute_id, Action.DECIDE, context)
    now = await trial_of(conn, dispute)
    assert now is not None
    if now.id != trial:
        raise trial_moved(await shown_trials.seen(conn, dispute_id, trial), now.as_data())
    if now.upheld_fen:
        await _require_as_it_was(conn, pool, dispute["line_reference"], dispute["loan_id"])
    explanation_id, booked_on = await _book(conn, pool, dispute, now, opinion, context)
    again_on = context.working_days.add(context.today, DUE_WORKING_DAYS)
    due_again_on = again_on if now.due_again_fen else None
    step = Step(
        case=dispute,
        action=Action.DECIDE,
        by=context.by,
        reason=opinion,
        changes={
            "decided_by": context.by.subject,
            "decided_name": context.by.name,
            "decided_on": context.today,
            "upheld_fen": now.upheld_fen,
            "taken_off_fen": now.taken_off_fen,
            "due_again_fen": now.due_again_fen,
            "due_again_on": due_again_on,
            "booked_on": booked_on,
            "effect": now.as_data(),
            "explanation_id": explanation_id,
        },
        facts={
            "upheld_fen": now.upheld_fen,
            "due_again_fen": now.due_again_fen,
            "due_again_on": due_again_on,
            "booked_on": booked_on,
            "opinion": opinion,
        },
    )
    await apply_transition(conn, disputes.CASES, step, now=context.now)
    month = Month.parse(dispute["month"])
    await month_after_posting.follow(conn, pool.code, month, now=context.now)
    if booked_on is not None:
        await watch_pool(conn, pool, day=booked_on, now=context.now)
        await serve_line(conn, pool.code, now=context.now)


async def _book(
    conn: asyncpg.Connection,
    pool: LockedPool,
    dispute: Row,
    trial: DisputeTrial,
    opinion: str,
    context: StepContext,
) -> tuple[UUID, date | None]:
    """The explanation, and the day on which what is upheld was booked; None where nothing is."""
    people = {
        "filed_by": {"subject": dispute["filed_by"], "name": dispute["filed_name"]},
        "proposed_by": {"subject": dispute["proposed_by"], "name": dispute["proposed_name"]},
        "decided_by": {"subject": context.by.subject, "name": context.by.name},
        "opinion": opinion,
    }
    explanation_id = await store_explanation(
        conn,
        pool.code,
        "dispute",
        explained(dispute, trial),
        people,
        context.now,
        bank_code=dispute["bank_code"],
    )
    if not trial.entries:
        return explanation_id, None
    day = pool.open_day(context.today)
    transfers = as_transfers(
        trial, day=day, loan_id=dispute["loan_id"], explanation_id=explanation_id
    )
    await book(conn, pool, transfers, now=context.now)
    return explanation_id, day

"""The steps of a monthly settlement: preview → confirm → sign (another person) → post.

Each step holds the pool, is one transaction, and may be asked for again: what is done already is
answered as it stands. Figures that a later fact has overtaken are never confirmed, signed or
posted; they are previewed anew.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.month_figures import Due, settlement_transfers
from services.risk_pool.domain.month_findings import POSITION_MISSING, blocking, named
from services.risk_pool.domain.open_items import DUE_WORKING_DAYS, items_of_month
from services.risk_pool.domain.settlement import LIFE_CYCLE, Action, is_done
from services.risk_pool.domain.silence import sign_until
from services.risk_pool.handlers import month_after_posting
from services.risk_pool.handlers.claims import until
from services.risk_pool.handlers.settlement_figures import compute, findings_of
from services.risk_pool.queries import month_facts
from services.risk_pool.queries import settlements as known
from services.risk_pool.queries.parties import party_names
from services.risk_pool.queries.terms import terms_on
from services.risk_pool.tables import open_items, settlements
from services.risk_pool.tables.ledger import LockedPool, book, lock_pool
from shared.clock import business_date
from shared.contracts.risk_pool import StatementLine
from shared.life_cycle import Person, Row
from shared.months import Month
from shared.postgres.calendar_overrides import load_working_days
from shared.refusals import NotFound, Refused
from shared.said_numbers import month_said
from shared.transitions import Step, apply_transition


class NotPreviewed(NotFound):
    """The month has no settlement yet."""


class MonthNotOver(Refused):
    """A month can be confirmed when its last day has passed in China."""

    code = "month-not-over"


class MonthOutOfRange(Refused):
    """A month before the pool was opened, one that has not begun, or a month without any fact
    that a later settlement has closed already."""

    code = "month-out-of-range"


class SettlementIncomplete(Refused):
    """Something that must be there is missing; everything missing is named."""

    code = "settlement-incomplete"


class FiguresChanged(Refused):
    """A fact of the month came in after the preview; preview it again."""

    code = "settlement-figures-changed"


async def preview(
    conn: asyncpg.Connection, pool_code: str, month: Month, *, caller: Person, now: datetime
) -> None:
    """Compute the month from the ledger and the positions; nothing is booked.

    Again and again until it is confirmed; a confirmed or signed month that is previewed loses
    its confirmation and signature. A posted month stays as it is. Raises MonthOutOfRange,
    RoleMissing.
    """
    pool = await lock_pool(conn, pool_code)
    before = await settlements.lock(conn, pool_code, month)
    if before is not None and is_done(before["state"], Action.PREVIEW):
        return
    move = LIFE_CYCLE.require(before, Action.PREVIEW, caller)
    _require_in_range(pool, month, now=now)
    ledger_seq = await month_facts.last_seq(conn, pool.code)
    terms = await terms_on(conn, pool.programme, month.last)
    day = sign_until(month, terms, await load_working_days(conn))
    figures = {
        "ledger_seq": ledger_seq,
        "positions_mark": await month_facts.positions_mark(conn, pool.code, month),
        "previewed_at": now,
        "previewed_by": caller.subject,
    }
    if before is None:
        begun = {
            "id": uuid7(),
            "pool_code": pool.code,
            "month": str(month),
            "state": move.target,
            "state_since": now,
            "due_on": day,
            **figures,
        }
        await settlements.insert(conn, begun)
        case: Row = {**begun, "state": None, "version": 0}
        changes: Mapping[str, Any] = {}
    else:
        await settlements.forget(conn, before["id"])
        nobody = ("confirmed_at", "confirmed_by", "signed_at", "signed_by")
        case, changes = before, {**figures, **dict.fromkeys(nobody)}
    step = Step(case=case, action=Action.PREVIEW, by=caller, changes=changes, term=until(day))
    await apply_transition(conn, settlements.CASES, step, now=now)
    await compute(conn, pool, month, case["id"], ledger_seq=ledger_seq)


def _require_in_range(pool: LockedPool, month: Month, *, now: datetime) -> None:
    today = business_date(now)
    is_passed_over = pool.closed_until is not None and month.last <= pool.closed_until
    if month.last < pool.opened_on or month.first > today or is_passed_over:
        raise MonthOutOfRange(
            f"{month} 不在可结算的范围内（资金池 {pool.opened_on} 设立，今天 {today}，"
            f"已结至 {pool.closed_until or '—'}）。",
            f"{month} cannot be settled: the pool opened on {pool.opened_on}, today is "
            f"{today}, and it is closed until {pool.closed_until or '—'}.",
        )


async def confirm(
    conn: asyncpg.Connection, pool_code: str, month: Month, *, caller: Person, now: datetime
) -> None:
    """The first person stands by the figures. Raises what `_require_ready` raises."""
    pool, settlement = await _locked(conn, pool_code, month)
    if is_done(settlement["state"], Action.CONFIRM):
        return
    await _require_ready(conn, pool, month, settlement, Action.CONFIRM, caller, now=now)
    step = Step(
        case=settlement,
        action=Action.CONFIRM,
        by=caller,
        changes={
            "confirmed_at": now,
            "confirmed_by": caller.subject,
            **dict.fromkeys(("sent_back_at", "sent_back_by", "sent_back_reason")),
        },
        term=until(settlement["due_on"]),
    )
    await apply_transition(conn, settlements.CASES, step, now=now)


async def sign(
    conn: asyncpg.Connection, pool_code: str, month: Month, *, caller: Person, now: datetime
) -> None:
    """A second person signs. Raises SecondPersonRequired and what `_require_ready` raises."""
    pool, settlement = await _locked(conn, pool_code, month)
    if is_done(settlement["state"], Action.SIGN):
        return
    await _require_ready(conn, pool, month, settlement, Action.SIGN, caller, now=now)
    step = Step(
        case=settlement,
        action=Action.SIGN,
        by=caller,
        changes={"signed_at": now, "signed_by": caller.subject},
    )
    await apply_transition(conn, settlements.CASES, step, now=now)


async def send_back(
    conn: asyncpg.Connection,
    pool_code: str,
    month: Month,
    *,
    caller: Person,
    now: datetime,
    reason: str,
) -> None:
    """Whoever is to sign or post sends the month back to who confirmed it: confirmation and signature
    fall away, the reason stands on the month until it is confirmed again.

    Raises NotPreviewed, NotPossibleNow, RoleMissing.
    """
    _, settlement = await _locked(conn, pool_code, month)
    step = Step(
        case=settlement,
        action=Action.SEND_BACK,
        by=caller,
        reason=reason,
        changes={
            **dict.fromkeys(("confirmed_at", "confirmed_by", "signed_at", "signed_by")),
            "sent_back_at": now,
            "sent_back_by": caller.name,
            "sent_back_reason": reason,
        },
        facts={
            "reason": reason,
            "sent_back_by": caller.name,
            "confirmed_by": settlement["confirmed_by"] or "",
        },
        term=until(settlement["due_on"]),
    )
    await apply_transition(conn, settlements.CASES, step, now=now)


async def post(
    conn: asyncpg.Connection,
    pool_code: str,
    month: Month,
    *,
    caller: Person,
    now: datetime,
    papers_follow: bool = False,
) -> None:
    """Net what the month leaves between the parties, keep it as open items, and close the month for
    ever. No cash moves: receipts and payments settle the items. `papers_follow`: its statements are
    signed and told afterwards.

    Raises what `_require_ready` raises.
    """
    pool, settlement = await _locked(conn, pool_code, month)
    if is_done(settlement["state"], Action.POST):
        return
    await _require_ready(conn, pool, month, settlement, Action.POST, caller, now=now)
    statements = await known.statements(conn, settlement["id"])
    today = business_date(now)
    due = _dues_of(statements, pool_code)
    transfers = settlement_transfers(pool_code, month, due, posted_on=today)
    await book(conn, pool, transfers, now=now)
    working_days = await load_working_days(conn)
    items = items_of_month(pool_code, month, due, posted_on=today, working_days=working_days)
    await open_items.insert(conn, pool_code, items)
    await settlements.close_pool(conn, pool_code, month.last)
    step = Step(
        case=settlement,
        action=Action.POST,
        by=caller,
        changes={"posted_at": now, "posted_by": caller.subject, "posted_on": today},
        facts={
            "statements": lines_of(statements),
            "papers_follow": papers_follow,
            "posted_on": today,
            "due_on": working_days.add(today, DUE_WORKING_DAYS),
        },
    )
    await apply_transition(conn, settlements.CASES, step, now=now)
    if papers_follow:
        await settlements.send_statements_of(conn, settlement["id"])
    await month_after_posting.follow(conn, pool_code, month, now=now)


def lines_of(statements: list[asyncpg.Record]) -> tuple[StatementLine, ...]:
    """What a month leaves each party, as it is told."""
    return tuple(
        StatementLine(
            party_code=row["party_code"],
            party_role=row["party_role"],
            party_name=row["party_name"],
            net_fen=row["net_fen"],
        )
        for row in statements
    )


def _dues_of(statements: list[asyncpg.Record], pool_code: str) -> tuple[Due, ...]:
    """What the month leaves between the pool's account and each of the others."""
    return tuple(
        Due(
            party=row["party_code"],
            payable_fen=row["payable_fen"],
            receivable_fen=row["receivable_fen"],
            awaiting_payment_fen=row["awaiting_payment_fen"],
            earlier_fen=row["earlier_fen"],
        )
        for row in statements
        if row["party_code"] != pool_code
    )


async def _locked(
    conn: asyncpg.Connection, pool_code: str, month: Month
) -> tuple[LockedPool, asyncpg.Record]:
    pool = await lock_pool(conn, pool_code)
    settlement = await settlements.lock(conn, pool_code, month)
    if settlement is None:
        raise NotPreviewed(
            f"{month_said(month, 'zh')}尚未预览，请先预览。",
            f"{month} has not been previewed yet; begin there.",
        )
    return pool, settlement


async def _require_ready(
    conn: asyncpg.Connection,
    pool: LockedPool,
    month: Month,
    settlement: Row,
    action: Action,
    caller: Person,
    *,
    now: datetime,
) -> None:
    """The step is the caller's, the month is over, its figures are fresh, nothing is missing.

    Raises what `LifeCycle.require` raises, MonthNotOver, FiguresChanged, SettlementIncomplete.
    """
    LIFE_CYCLE.require(settlement, action, caller)
    if business_date(now) <= month.last:
        raise MonthNotOver(
            f"{month_said(month, 'zh')}尚未结束，{month.last} 之后方可办理。",
            f"{month} is not over; this can be done after {month.last}.",
        )
    if await month_facts.is_stale(
        conn,
        pool.code,
        month,
        ledger_seq=settlement["ledger_seq"],
        mark=settlement["positions_mark"],
        previewed_at=settlement["previewed_at"],
    ):
        raise FiguresChanged(
            "预览之后又有属于该月的新记录，请重新预览。",
            "A fact of the month came in after the preview; preview it again.",
        )
    await _require_complete(conn, pool, month, settlement["id"])


async def _require_complete(
    conn: asyncpg.Connection, pool: LockedPool, month: Month, settlement_id: UUID
) -> None:
    stored = await known.findings(conn, settlement_id)
    statements = await known.statements(conn, settlement_id)
    findings = [one for one in stored if one.code == POSITION_MISSING]
    findings += await findings_of(conn, pool, month, _dues_of(statements, pool.code))
    names = await party_names(conn, pool.code)
    if stopped := named(blocking(findings), names):
        raise SettlementIncomplete(
            "该月尚不能结账：" + "；".join(one.line_zh for one in stopped),
            "The month cannot be settled yet: " + "; ".join(one.line_en for one in stopped),
            findings=[one.as_data() for one in stopped],
        )

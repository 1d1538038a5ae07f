"""The steps of a monthly settlement: preview → confirm → sign (another person) → post.

Each step holds the pool, is one transaction, and may be asked for again: what is done already is
answered as it stands. Figures that a later fact has overtaken are never confirmed, signed or
posted; they are previewed anew.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.cases import next_state, require_another, role_for
from services.risk_pool.domain.settlement import (
    LIFE_CYCLE,
    Action,
    Due,
    Lack,
    State,
    blocking,
    settlement_transfers,
)
from services.risk_pool.handlers.settlement_figures import lacks_of, reckon
from services.risk_pool.tables import settlements as rows
from services.risk_pool.tables.claims import remember_move
from services.risk_pool.tables.ledger import LockedPool, book, lock_pool
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.contracts.risk_pool import (
    SettlementConfirmedV1,
    SettlementPostedV1,
    StatementLine,
)
from shared.messaging import outbox
from shared.money import format_fen
from shared.months import Month
from shared.refusals import NotFound, Refused

_ORDER = (State.PREVIEWED, State.CONFIRMED, State.SIGNED, State.POSTED)
_DONE_BY = {
    Action.PREVIEW: State.POSTED,
    Action.CONFIRM: State.CONFIRMED,
    Action.SIGN: State.SIGNED,
    Action.POST: State.POSTED,
}
"""From which state on a step has been done already, so that asking again changes nothing."""


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


class CashShort(Refused):
    """The dedicated account could not pay everybody, even after it has collected."""

    code = "cash-short"


async def preview(
    conn: asyncpg.Connection, pool_code: str, month: Month, *, caller: Identity, now: datetime
) -> None:
    """Reckon the month from the ledger and the positions; nothing is booked.

    Again and again until it is confirmed; a confirmed or signed month that is previewed loses
    its confirmation and signature. A posted month stays as it is. Raises MonthOutOfRange,
    RoleMissing.
    """
    pool = await lock_pool(conn, pool_code)
    before = await rows.find(conn, pool_code, month, lock=True)
    if before is not None and before["state"] == State.POSTED:
        return
    source = before["state"] if before is not None else State.PREVIEWED
    next_state(LIFE_CYCLE, source, Action.PREVIEW, caller)
    is_passed_over = pool.closed_until is not None and month.last <= pool.closed_until
    if month.last < pool.opened_on or month.first > business_date(now) or is_passed_over:
        raise MonthOutOfRange(
            f"{month} 不在可结算的范围内（资金池 {pool.opened_on} 设立，今天 {business_date(now)}，"
            f"已结至 {pool.closed_until or '—'}）。",
            f"{month} cannot be settled: the pool opened on {pool.opened_on}, today is "
            f"{business_date(now)}, and it is closed until {pool.closed_until or '—'}.",
        )
    settlement_id = before["id"] if before is not None else uuid7()
    if before is not None:
        await rows.forget(conn, settlement_id)
    await _record_preview(conn, pool, month, settlement_id, caller=caller, now=now)
    await reckon(conn, pool, month, settlement_id)
    await _moved(
        conn,
        settlement_id,
        source=before["state"] if before is not None else None,
        action=Action.PREVIEW,
        caller=caller,
        now=now,
    )


async def _record_preview(
    conn: asyncpg.Connection,
    pool: LockedPool,
    month: Month,
    settlement_id: UUID,
    *,
    caller: Identity,
    now: datetime,
) -> None:
    await conn.execute(
        """insert into settlements (id, pool_code, month, state, state_since, ledger_seq,
                                    positions_mark, loans, previewed_at, previewed_by)
           select $1, code, $3, 'previewed', $4, last_seq, $5, 0, $4, $6
           from pools where code = $2
           on conflict (id) do update set
               state = 'previewed', state_since = excluded.state_since,
               version = settlements.version + 1, ledger_seq = excluded.ledger_seq,
               positions_mark = excluded.positions_mark, previewed_at = excluded.previewed_at,
               previewed_by = excluded.previewed_by, confirmed_at = null, confirmed_by = null,
               signed_at = null, signed_by = null""",
        settlement_id,
        pool.code,
        str(month),
        now,
        await rows.positions_mark(conn, pool.code, month),
        caller.subject,
    )


async def confirm(
    conn: asyncpg.Connection, pool_code: str, month: Month, *, caller: Identity, now: datetime
) -> None:
    """The first person stands by the figures. Raises what `_ready` raises."""
    pool, settlement = await _held(conn, pool_code, month)
    if _is_done(settlement, Action.CONFIRM):
        return
    await _ready(conn, pool, month, settlement, Action.CONFIRM, caller, now=now)
    await conn.execute(
        """update settlements set state = 'confirmed', state_since = $2, version = version + 1,
                  confirmed_at = $2, confirmed_by = $3 where id = $1""",
        settlement["id"],
        now,
        caller.subject,
    )
    await _moved(
        conn,
        settlement["id"],
        source=settlement["state"],
        action=Action.CONFIRM,
        caller=caller,
        now=now,
    )
    event = SettlementConfirmedV1(
        pool_code=pool_code, settlement_id=settlement["id"], month=str(month)
    )
    await outbox.append(conn, (event,), now=now)


async def sign(
    conn: asyncpg.Connection, pool_code: str, month: Month, *, caller: Identity, now: datetime
) -> None:
    """A second person signs. Raises SecondPersonRequired and what `_ready` raises."""
    pool, settlement = await _held(conn, pool_code, month)
    if _is_done(settlement, Action.SIGN):
        return
    await _ready(conn, pool, month, settlement, Action.SIGN, caller, now=now)
    require_another(caller, settlement["confirmed_by"], zh="签批", en="signing")
    await conn.execute(
        """update settlements set state = 'signed', state_since = $2, version = version + 1,
                  signed_at = $2, signed_by = $3 where id = $1""",
        settlement["id"],
        now,
        caller.subject,
    )
    await _moved(
        conn,
        settlement["id"],
        source=settlement["state"],
        action=Action.SIGN,
        caller=caller,
        now=now,
    )


async def post(
    conn: asyncpg.Connection, pool_code: str, month: Month, *, caller: Identity, now: datetime
) -> None:
    """Book what the month leaves between the parties, and close it for ever.

    Raises CashShort and what `_ready` raises.
    """
    pool, settlement = await _held(conn, pool_code, month)
    if _is_done(settlement, Action.POST):
        return
    await _ready(conn, pool, month, settlement, Action.POST, caller, now=now)
    statements = await conn.fetch(
        """select party_code, party_role, payable_fen, receivable_fen, awaiting_payment_fen,
                  net_fen
           from settlement_statements where settlement_id = $1 order by party_code""",
        settlement["id"],
    )
    due = tuple(
        Due(
            party=row["party_code"],
            payable_fen=row["payable_fen"],
            receivable_fen=row["receivable_fen"],
            awaiting_payment_fen=row["awaiting_payment_fen"],
        )
        for row in statements
        if row["party_code"] != pool_code
    )
    today = business_date(now)
    await book(conn, pool, settlement_transfers(pool_code, month, due, posted_on=today), now=now)
    await conn.execute(
        "update pools set closed_until = $2, version = version + 1 where code = $1",
        pool_code,
        month.last,
    )
    await conn.execute(
        """update settlements set state = 'posted', state_since = $2, version = version + 1,
                  posted_at = $2, posted_by = $3, posted_on = $4 where id = $1""",
        settlement["id"],
        now,
        caller.subject,
        today,
    )
    await _moved(
        conn,
        settlement["id"],
        source=settlement["state"],
        action=Action.POST,
        caller=caller,
        now=now,
    )
    event = SettlementPostedV1(
        pool_code=pool_code,
        settlement_id=settlement["id"],
        month=str(month),
        statements=tuple(
            StatementLine(
                party_code=row["party_code"], party_role=row["party_role"], net_fen=row["net_fen"]
            )
            for row in statements
        ),
        posted_on=today,
    )
    await outbox.append(conn, (event,), now=now)


async def _held(
    conn: asyncpg.Connection, pool_code: str, month: Month
) -> tuple[LockedPool, asyncpg.Record]:
    pool = await lock_pool(conn, pool_code)
    settlement = await rows.find(conn, pool_code, month, lock=True)
    if settlement is None:
        raise NotPreviewed(
            f"{month} 月尚未预览，请先预览。", f"{month} has not been previewed yet; begin there."
        )
    return pool, settlement


def _is_done(settlement: asyncpg.Record, action: Action) -> bool:
    return _ORDER.index(settlement["state"]) >= _ORDER.index(_DONE_BY[action])


async def _ready(
    conn: asyncpg.Connection,
    pool: LockedPool,
    month: Month,
    settlement: asyncpg.Record,
    action: Action,
    caller: Identity,
    *,
    now: datetime,
) -> None:
    """The step is the caller's, the month is over, its figures are fresh, nothing is missing.

    Raises NotPossibleNow, RoleMissing, MonthNotOver, FiguresChanged, SettlementIncomplete.
    """
    next_state(LIFE_CYCLE, settlement["state"], action, caller)
    if business_date(now) <= month.last:
        raise MonthNotOver(
            f"{month} 月尚未结束，{month.last} 之后方可办理。",
            f"{month} is not over; this can be done after {month.last}.",
        )
    if await rows.is_stale(
        conn,
        pool.code,
        month,
        ledger_seq=settlement["ledger_seq"],
        mark=settlement["positions_mark"],
    ):
        raise FiguresChanged(
            "预览之后又有属于该月的新记录，请重新预览。",
            "A fact of the month came in after the preview; preview it again.",
        )
    due = [
        Due(
            party=row["party_code"],
            payable_fen=row["payable_fen"],
            receivable_fen=row["receivable_fen"],
        )
        for row in await conn.fetch(
            """select party_code, payable_fen, receivable_fen from settlement_statements
               where settlement_id = $1 and party_code <> $2""",
            settlement["id"],
            pool.code,
        )
    ]
    stored = await rows.findings(conn, settlement["id"])
    lacks = [lack for lack in stored if lack.code == "position-missing"]
    lacks += await lacks_of(conn, pool, month, due)
    if stopped := blocking(lacks):
        raise SettlementIncomplete(
            "该月尚不能结账：" + "；".join(_told(lack, "zh") for lack in stopped),
            "The month cannot be settled yet: " + "; ".join(_told(lack, "en") for lack in stopped),
            findings=[lack_told(lack) for lack in stopped],
        )


def _told(lack: Lack, language: str) -> str:
    words = lack.zh if language == "zh" else lack.en
    return f"{lack.party_code} {words}" if lack.party_code else words


def lack_told(lack: Lack) -> dict[str, Any]:
    """A finding as the API tells it."""
    return {
        "code": lack.code,
        "blocking": lack.blocking,
        "zh": lack.zh,
        "en": lack.en,
        "party_code": lack.party_code,
        "count": lack.count,
        "amount": format_fen(lack.amount_fen),
        "numbers": list(lack.numbers),
    }


async def _moved(
    conn: asyncpg.Connection,
    settlement_id: UUID,
    *,
    source: str | None,
    action: Action,
    caller: Identity,
    now: datetime,
) -> None:
    target = {
        Action.PREVIEW: State.PREVIEWED,
        Action.CONFIRM: State.CONFIRMED,
        Action.SIGN: State.SIGNED,
        Action.POST: State.POSTED,
    }[action]
    await remember_move(
        conn,
        kind="settlement",
        case_id=settlement_id,
        bank_code="",
        source=source,
        target=target,
        action=action,
        reason="",
        caller=caller,
        role=role_for(LIFE_CYCLE, source or State.PREVIEWED, action, caller),
        now=now,
    )

"""Money in suspense: taken in from a line, paid back, moved or taken back, each by two persons."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.cash import require_cash
from services.risk_pool.domain.ledger import CASH
from services.risk_pool.domain.suspense import (
    LIFE_CYCLE,
    Action,
    Kind,
    Moved,
    Target,
    Why,
    as_booked,
    explained,
    require_credit,
    require_received,
    require_room,
    require_untouched,
)
from services.risk_pool.handlers import account_matching
from services.risk_pool.handlers.breakers import watch_pool
from services.risk_pool.handlers.held_cases import hold, hold_pool_of
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import account_lines, account_matches
from services.risk_pool.tables import account_bookings, parties, pools
from services.risk_pool.tables.held_cases import lock_case
from services.risk_pool.tables.ledger import (
    LockedPool,
    balances,
    book,
    lock_pool,
    store_explanation,
)
from services.risk_pool.tables.numbers import next_number
from shared.refusals import NotFound
from shared.transitions import Step, apply_transition


async def suspend(
    conn: asyncpg.Connection,
    line_id: UUID,
    context: StepContext,
    *,
    why: Why,
    amount_fen: int | None,
    note: str,
) -> UUID:
    """One person says that a credit, or what is open of it, is to be booked as nobody's yet.

    Raises NotFound, NoCredit, AboveSuspense.
    """
    line = await account_lines.find_line(conn, line_id)
    if line is None:
        raise NotFound("没有该账户流水", "There is no such line.")
    pool = await lock_pool(conn, line["pool_code"])
    line = await account_lines.find_line(conn, line_id)
    assert line is not None
    require_credit(line["amount_fen"])
    left_fen = line["open_fen"] - await account_matches.proposed_of_line(conn, line_id)
    amount_fen = left_fen if amount_fen is None else amount_fen
    require_room(max(amount_fen, 1), left_fen=left_fen)
    said = {
        "kind": Kind.RECEIVED,
        "why": why,
        "line_id": line_id,
        "amount_fen": amount_fen,
        "value_date": line["booked_on"],
        "note": note,
    }
    return await _propose(conn, pool, said, context)


async def pay_back(
    conn: asyncpg.Connection,
    booking_id: UUID,
    context: StepContext,
    *,
    amount_fen: int,
    paid_on: date | None,
    note: str,
) -> UUID:
    """One person says that money in suspense goes back to who sent it. The line of the account
    that shows it is matched with it once it is there. Raises NotFound, NotBooked, AboveSuspense."""
    pool, root = await _root(conn, booking_id)
    require_room(amount_fen, left_fen=root["left_fen"])
    said = {
        "kind": Kind.RETURNED,
        "amount_fen": amount_fen,
        "value_date": min(paid_on or context.today, context.today),
        "note": note,
    }
    return await _propose(conn, pool, said, context, root=root)


async def move(
    conn: asyncpg.Connection,
    booking_id: UUID,
    context: StepContext,
    *,
    amount_fen: int,
    target: Target,
    party_code: str | None,
    note: str,
) -> UUID:
    """One person says what money in suspense turned out to be.

    Raises NotFound also for a party that is none, NotBooked, AboveSuspense, FieldsWrong.
    """
    pool, root = await _root(conn, booking_id)
    Moved(target=target, party_code=party_code).require_whole()
    if party_code is not None and not await parties.takes_part(conn, pool.code, party_code):
        raise NotFound(
            f"{party_code} 未参加资金池 {pool.code}",
            f"{party_code} does not take part in the pool {pool.code}.",
        )
    require_room(amount_fen, left_fen=root["left_fen"])
    said = {
        "kind": Kind.MOVED,
        "amount_fen": amount_fen,
        "value_date": context.today,
        "target": target,
        "party_code": party_code,
        "note": note,
    }
    return await _propose(conn, pool, said, context, root=root)


async def take_back(
    conn: asyncpg.Connection, booking_id: UUID, context: StepContext, *, note: str
) -> UUID:
    """One person says that money in suspense is known by now and will be booked as what it is: the
    books forget it, its line is open again. Raises NotFound, NotBooked, PartsGone."""
    pool, root = await _root(conn, booking_id)
    require_untouched(root["amount_fen"], left_fen=root["left_fen"])
    said = {
        "kind": Kind.TAKEN_BACK,
        "amount_fen": root["amount_fen"],
        "value_date": root["value_date"],
        "note": note,
    }
    return await _propose(conn, pool, said, context, root=root)


async def release(conn: asyncpg.Connection, booking_id: UUID, context: StepContext) -> None:
    """Another person releases it: booked on its day, or the first open one where that month is
    closed, and matched with its line. Raises SecondPersonRequired, CashShort, NothingOpen."""
    pool, booking = await hold(conn, account_bookings.CASES, booking_id, Action.RELEASE, context)
    booked_on = pool.open_day(booking["value_date"])
    if booking["kind"] in (Kind.RETURNED, Kind.TAKEN_BACK):
        held_fen = (await balances(conn, pool.code)).get(CASH, 0)
        require_cash(held_fen=held_fen, due_fen=booking["amount_fen"])
    explanation_id = await store_explanation(
        conn,
        pool.code,
        "suspense",
        explained(booking, booked_on=booked_on),
        {
            "proposed_by": {"subject": booking["proposed_by"], "name": booking["proposed_name"]},
            "released_by": {"subject": context.by.subject, "name": context.by.name},
        },
        context.now,
    )
    transfer = as_booked(booking, booked_on=booked_on, explanation_id=explanation_id)
    await book(conn, pool, (transfer,), now=context.now)
    seq = await pools.last_seq(conn, pool.code)
    changes = {
        "released_by": context.by.subject,
        "released_name": context.by.name,
        "booked_on": booked_on,
        "seq": seq,
        "explanation_id": explanation_id,
    }
    step = Step(case=booking, action=Action.RELEASE, by=context.by, changes=changes)
    await apply_transition(conn, account_bookings.CASES, step, now=context.now)
    await _match(conn, pool, {**booking, "seq": seq}, context)
    await watch_pool(conn, pool, day=booked_on, now=context.now)


async def refuse(
    conn: asyncpg.Connection, booking_id: UUID, context: StepContext, *, reason: str
) -> None:
    """It is not booked. Raises NotFound, SecondPersonRequired."""
    _, booking = await hold(conn, account_bookings.CASES, booking_id, Action.REFUSE, context)
    step = Step(case=booking, action=Action.REFUSE, by=context.by, reason=reason)
    await apply_transition(conn, account_bookings.CASES, step, now=context.now)


async def _match(
    conn: asyncpg.Connection, pool: LockedPool, booking: Mapping[str, Any], context: StepContext
) -> None:
    """What was released is matched: with its line, or a reversal with what it takes back."""
    if booking["kind"] == Kind.RECEIVED:
        await account_matching.match_booked(
            conn,
            pool,
            context,
            line_id=booking["line_id"],
            seq=booking["seq"],
            amount_fen=booking["amount_fen"],
        )
    if booking["kind"] == Kind.TAKEN_BACK:
        root = await lock_case(conn, account_bookings.CASES, booking["root_id"])
        await account_matching.undo_of_movement(
            conn, pool, root["seq"], context, reason=f"{booking['number']} {booking['note']}"
        )
        seqs = (root["seq"], booking["seq"])
        await account_matching.match_reversal(conn, pool, context, seqs=seqs)
    await account_matching.match_open(conn, pool, context)


async def _propose(
    conn: asyncpg.Connection,
    pool: LockedPool,
    said: Mapping[str, Any],
    context: StepContext,
    *,
    root: Mapping[str, Any] | None = None,
) -> UUID:
    proposed = LIFE_CYCLE.require(None, Action.PROPOSE, context.by)
    booking_id = uuid7()
    booking = {
        "target": None,
        "party_code": None,
        "line_id": None,
        "why": root["why"] if root else None,
        **said,
        "id": booking_id,
        "number": await next_number(conn, pool.code, series="Z", year=context.today.year),
        "pool_code": pool.code,
        "root_id": root["id"] if root else booking_id,
        "state": proposed.target,
        "state_since": context.now,
        "due_on": None,
        "proposed_by": context.by.subject,
        "proposed_name": context.by.name,
        "proposed_at": context.now,
    }
    await account_bookings.insert(conn, booking)
    step = Step(
        case={**booking, "state": None, "version": 0},
        action=Action.PROPOSE,
        by=context.by,
        reason=booking["note"],
    )
    await apply_transition(conn, account_bookings.CASES, step, now=context.now)
    return booking_id


async def _root(conn: asyncpg.Connection, booking_id: UUID) -> tuple[LockedPool, asyncpg.Record]:
    """Money in suspense, with its pool locked and what is left of it. Raises NotFound, NotBooked."""
    pool = await hold_pool_of(conn, account_bookings.CASES, booking_id)
    root = await account_matches.find_booking(conn, booking_id)
    assert root is not None
    require_received(root)
    return pool, root

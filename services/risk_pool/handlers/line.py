"""Requests for capacity are decided in turn: those in the waiting line and the new ones together.

The order is that of approval, so a new request never takes the room that an earlier one waits for.
Whoever decides holds the pool, so nobody is served twice; a crash undoes the whole walk.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import asyncpg

from services.risk_pool.domain.capacity import CapacityRequest
from services.risk_pool.domain.reservation import decide_reservation
from services.risk_pool.domain.waiting_line import Line
from services.risk_pool.handlers.asked import Asked
from services.risk_pool.handlers.line_recording import Decided, record_decisions
from services.risk_pool.queries.room import load_room
from services.risk_pool.tables import coverages, waiting_line
from services.risk_pool.tables.ledger import LockedPool
from services.risk_pool.tables.waiting_line import Waiter
from shared.clock import business_date
from shared.postgres.calendar_overrides import load_working_days
from shared.postgres.published_schemes import scheme_on
from shared.schemes.scheme import Scheme, SchemeNotInForce


async def decide_in_turn(
    conn: asyncpg.Connection, pool: LockedPool, fresh: Sequence[Asked], *, now: datetime
) -> None:
    """Walk a pool's line with the new requests in their places.

    The pool must be held. The whole line is walked, for the last one may be the only one of a bank
    that nothing holds up; what is written is written in sets.
    """
    today = business_date(now)
    asked = _in_order(await waiting_line.line_of(conn, pool.code), fresh, today)
    if not asked:
        return
    working_days = await load_working_days(conn)
    days = {one.request.on for one in asked}
    schemes = {day: await _scheme(conn, pool.programme, day) for day in days}
    room = await load_room(
        conn,
        pool,
        borrowers=[one.request.borrower_uscc for one in asked],
        renewed={one.request.renews for one in asked if one.request.renews is not None},
        days=days | {today},
        today=today,
    )

    line = Line()
    decided = [
        Decided(
            asked=one,
            reservation=decide_reservation(
                one.request,
                room,
                line,
                held_from=one.held_from,
                programme=one.programme,
                pool_programme=pool.programme,
                mode=one.mode,
                scheme=schemes[one.request.on],
                working_days=working_days,
            ),
        )
        for one in asked
    ]

    await record_decisions(conn, pool, decided, today=today, now=now)


async def _scheme(
    conn: asyncpg.Connection, programme: str, approved_on: date
) -> Scheme | SchemeNotInForce:
    """The version that binds a loan, or why there is none."""
    try:
        return await scheme_on(conn, programme, approved_on)
    except SchemeNotInForce as refused:
        return refused


def _in_order(waiters: Sequence[Waiter], fresh: Sequence[Asked], today: date) -> list[Asked]:
    """By the day of approval, and on one day as they joined. Whose approval is no longer valid is
    passed over; whoever is approved anew joins anew."""
    anew = {one.loan_id for one in fresh}
    waiting = [
        _waits(one, today)
        for one in waiters
        if one.due_on >= today and one.coverage.loan_id not in anew
    ]
    last = max((one.line_no for one in waiters), default=0)
    joined = [_numbered(one, number) for number, one in enumerate(fresh, start=last + 1)]
    return sorted([*waiting, *joined], key=lambda one: (one.request.on, one.line_no))


def _waits(waiter: Waiter, today: date) -> Asked:
    coverage = waiter.coverage
    return Asked(
        about=coverages.whose(coverage),
        before=coverage,
        request=CapacityRequest(
            bank_code=coverage.bank_code,
            borrower_uscc=coverage.borrower_uscc,
            amount_fen=coverage.amount_fen,
            ip_share=coverage.ip_share,
            on=coverage.approved_on,
            line_on=today,
            renews=coverage.renews,
        ),
        programme=waiter.programme,
        mode=coverage.mode,
        held_from=today,
        line_no=waiter.line_no,
        limits=waiter.limits,
    )


def _numbered(one: Asked, number: int) -> Asked:
    return replace(one, line_no=number)

"""Loans are paid out in parts: each draw, a draw taken back, and the end of draws.

The pool is held throughout, and events of one loan come in their order; of a draw and a claim, the
one that holds the pool first wins, and the other leaves an incident that says why.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import Action, reaction
from services.risk_pool.domain.coverage_draws import draw, end_draws, undo_draw
from services.risk_pool.handlers.recording import Recorded, hold_pools_of, record
from services.risk_pool.tables import draws
from services.risk_pool.tables.draws import KeptDraw
from shared.contracts.applications import LoanDrawnV1, LoanDrawsEndedV1, LoanDrawUndoneV1
from shared.life_cycle import Move
from shared.messaging.inbox import Received
from shared.money import format_fen


async def follow(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Further parts were paid out: what was held for them becomes exposure."""
    pools, known = await hold_pools_of(conn, received)
    recorded = Recorded()
    kept: list[KeptDraw] = []
    for one in received:
        event: LoanDrawnV1 = one.event
        before = known.get(event.loan_id)
        match reaction(before, Action.DRAW):
            case str() as kind:
                recorded.incident(event, kind, _drawn(event))
            case Move() if before is not None:
                change = draw(
                    before,
                    draw_no=event.draw_no,
                    drawn_fen=event.drawn_fen,
                    outstanding_fen=event.outstanding_principal_fen,
                    day=pools[before.pool_code].open_day(event.drawn_on),
                )
                if change is None:
                    recorded.incident(event, "drawn-again", _drawn(event))
                    continue
                recorded.changes.append(change)
                kept.append(_kept(event, change.moved_fen))
                for kind in change.incidents:
                    covered = {"covered": format_fen(change.moved_fen)}
                    recorded.incident(event, kind, _drawn(event) | covered)
    await draws.store(conn, kept)
    await record(conn, pools, recorded, now=now)


async def undo(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Parts were never paid out: they are held again, or free."""
    pools, known = await hold_pools_of(conn, received)
    recorded = Recorded()
    undone: dict[tuple[UUID, int], date] = {}
    for one in received:
        event: LoanDrawUndoneV1 = one.event
        before = known.get(event.loan_id)
        match reaction(before, Action.UNDO_DRAW):
            case str() as kind:
                recorded.incident(event, kind, {"on": event.on.isoformat()})
            case Move() if before is not None:
                change = undo_draw(
                    before,
                    draw_no=event.draw_no,
                    drawn_fen=event.drawn_fen,
                    outstanding_fen=event.outstanding_principal_fen,
                    draws_until=event.draws_until,
                    reason=event.reason,
                    day=pools[before.pool_code].open_day(event.on),
                )
                if change is None:
                    continue
                recorded.changes.append(change)
                recorded.touch(before)
                undone[event.loan_id, event.draw_no] = event.on
    await draws.undo(conn, undone)
    await record(conn, pools, recorded, now=now)


async def end(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """The time for draws is over: what was held for them goes to who waits for room."""
    pools, known = await hold_pools_of(conn, received)
    recorded = Recorded()
    for one in received:
        event: LoanDrawsEndedV1 = one.event
        before = known.get(event.loan_id)
        match reaction(before, Action.END_DRAWS):
            case Move() if before is not None:
                day = pools[before.pool_code].open_day(event.on)
                if (change := end_draws(before, day=day)) is not None:
                    recorded.changes.append(change)
    await record(conn, pools, recorded, now=now)


def _kept(event: LoanDrawnV1, covered_fen: int) -> KeptDraw:
    return KeptDraw(
        event.loan_id, event.draw_no, event.pool_code, event.bank_code, event.amount_fen,
        covered_fen, event.drawn_on, event.reference,
    )  # fmt: skip


def _drawn(event: LoanDrawnV1) -> dict[str, str]:
    return {
        "draw_no": str(event.draw_no),
        "amount": format_fen(event.amount_fen),
        "drawn_on": event.drawn_on.isoformat(),
        "reference": event.reference,
    }

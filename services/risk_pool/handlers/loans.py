"""What becomes of held capacity and of who waits for it: paid out, withdrawn, expired, repaid."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import Action, Coverage, reaction
from services.risk_pool.domain.coverage_changes import disburse, release
from services.risk_pool.domain.coverage_returns import reopen as reopened
from services.risk_pool.domain.coverage_returns import undo as undone
from services.risk_pool.handlers.claim_holds import look_again
from services.risk_pool.handlers.late_cover import take_cover_again, told_in_time
from services.risk_pool.handlers.recording import Recorded, hold_pools_of, record
from services.risk_pool.tables import closed_cases, coverages, waiting_line
from services.risk_pool.tables.ledger import LockedPool
from shared.clock import business_date
from shared.contracts.applications import (
    LoanDisbursedV1,
    LoanDisbursementUndoneV1,
    LoanReopenedV1,
)
from shared.life_cycle import Move
from shared.messaging.inbox import Received
from shared.money import format_fen

_OVER = frozenset({Action.WITHDRAW, Action.EXPIRE})
"""After these a case is approved no more; an approval that is heard behind them is an old one."""


async def activate(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Loans were paid out: their reservations become exposure."""
    pools, known = await hold_pools_of(conn, received)
    recorded = Recorded()
    late: list[Received] = []
    for one in received:
        event: LoanDisbursedV1 = one.event
        before = known.get(event.loan_id)
        match reaction(before, Action.ACTIVATE):
            case str() as kind:
                if await told_in_time(conn, pools[event.pool_code], before, one):
                    late.append(one)
                else:
                    recorded.incident(event, kind, _paid_out(event))
            case Move() if before is not None:
                # What a bank says it paid before the approval was not in cover before it.
                since = max(event.disbursed_on, before.approved_on)
                change = disburse(
                    before,
                    amount_fen=event.amount_fen,
                    loan_no=event.loan_no,
                    disbursed_on=event.disbursed_on,
                    matures_on=event.matures_on,
                    attributes=event.attributes,
                    draws_until=event.draws_until,
                    day=pools[before.pool_code].open_day(since),
                )
                recorded.changes.append(change)
                for kind in change.incidents:
                    covered = {"covered": format_fen(change.moved_fen)}
                    recorded.incident(event, kind, _paid_out(event) | covered)
    await record(conn, pools, recorded, now=now, more_follows=bool(late))
    for place, one in enumerate(late, start=1):
        pool, before = pools[one.event.pool_code], known[one.event.loan_id]
        await _cover_late(conn, pool, before, one, now=now, more_follows=place < len(late))


async def _cover_late(
    conn: asyncpg.Connection,
    pool: LockedPool,
    before: Coverage,
    one: Received,
    *,
    now: datetime,
    more_follows: bool,
) -> None:
    """One by one: each takes room that the next one must find taken, and they were paid out before
    whoever waits in line."""
    recorded = Recorded()
    match await take_cover_again(conn, pool, before, one.event):
        case str() as kind:
            recorded.incident(one.event, kind, _paid_out(one.event))
        case change:
            recorded.changes.append(change)
            recorded.touch(before)
    await record(conn, {pool.code: pool}, recorded, now=now, more_follows=more_follows)


def _paid_out(event: LoanDisbursedV1) -> dict[str, str]:
    return {
        "amount": format_fen(event.amount_fen),
        "disbursed_on": event.disbursed_on.isoformat(),
        "loan_no": event.loan_no,
    }


async def reopen(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Loans were not repaid after all: they are in cover again, booked anew in an open month."""
    pools, known = await hold_pools_of(conn, received)
    recorded = Recorded()
    for one in received:
        event: LoanReopenedV1 = one.event
        before = known.get(event.loan_id)
        facts = {"month": event.month, "reason": event.reason}
        match reaction(before, Action.REOPEN):
            case str() as kind:
                recorded.incident(event, kind, facts)
            case Move() if before is not None:
                change = reopened(
                    before,
                    outstanding_fen=event.outstanding_principal_fen,
                    reason=event.reason,
                    day=pools[before.pool_code].open_day(event.reported_on),
                )
                if change is None:
                    recorded.incident(event, "reopened-after-release", facts)
                    continue
                recorded.changes.append(change)
                recorded.touch(before)
    await record(conn, pools, recorded, now=now)


async def undo(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Loans were never paid out: exposure is a reservation again, or free."""
    pools, known = await hold_pools_of(conn, received)
    recorded = Recorded()
    for one in received:
        event: LoanDisbursementUndoneV1 = one.event
        before = known.get(event.loan_id)
        match reaction(before, Action.UNDO):
            case str() as kind:
                recorded.incident(event, kind, {"on": event.on.isoformat()})
            case Move() if before is not None:
                day = pools[before.pool_code].open_day(event.on)
                recorded.changes.append(undone(before, on=event.on, reason=event.reason, day=day))
                recorded.touch(before)
    await record(conn, pools, recorded, now=now)


async def extend(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Loans run until another day, by a decision: what is covered of them stays the same."""
    _, known = await hold_pools_of(conn, received)
    maturities = {
        one.event.loan_id: one.event.matures_on
        for one in received
        if (cover := known.get(one.event.loan_id)) is not None and cover.is_in_cover
    }
    if maturities:
        await coverages.move_maturities(conn, maturities, now=now)


async def withdraw(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Banks have taken cases back: what was held for them is free again."""
    await _let_go(received, Action.WITHDRAW, conn=conn, now=now)


async def reject(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Approvers have refused cases for good: who waited in line leaves it."""
    await _let_go(received, Action.REJECT, conn=conn, now=now)


async def expire(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Nothing was paid out within the term: what was held is free again."""
    await _let_go(received, Action.EXPIRE, conn=conn, now=now)


async def repay(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Loans were repaid in full: they are no exposure any more, and no approved claim is paid."""
    await _let_go(received, Action.REPAY, conn=conn, now=now)
    repaid = {one.event.loan_id: one.event.repaid_on for one in received}
    await look_again(conn, repaid, repaid=repaid, now=now)


async def _let_go(
    received: Sequence[Received], action: Action, *, conn: asyncpg.Connection, now: datetime
) -> None:
    pools, known = await hold_pools_of(conn, received)
    recorded = Recorded()
    closed: list[tuple[UUID, str, date]] = []
    for one in received:
        before = known.get(one.event.loan_id)
        # The day on which it happened, not the one on which we hear of it: an event that is on
        # its way over midnight or through an outage belongs to its own month.
        happened_on = business_date(one.envelope.time)
        day: date = getattr(one.event, "repaid_on", happened_on)
        if before is None and action in _OVER:
            closed.append((one.event.loan_id, action.value, day))
        match reaction(before, action):
            case str() as kind:
                recorded.incident(one.event, kind, {"on": day.isoformat()})
            case Move() as move if before is not None:
                open_day = pools[before.pool_code].open_day(day)
                recorded.changes.append(release(before, move, day=open_day))
                recorded.touch(before)
    await closed_cases.keep(conn, closed, now=now)
    await record(conn, pools, recorded, now=now)
    for code in {one.before.pool_code for one in recorded.changes if one.before.is_in_line}:
        await waiting_line.renumber(conn, code)

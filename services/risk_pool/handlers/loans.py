"""What becomes of held capacity: paid out, withdrawn, expired, repaid."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import asyncpg

from services.risk_pool.domain.coverage import Coverage, disburse, reaction, release
from services.risk_pool.handlers.recording import Recorded, hold_pools_of, record
from services.risk_pool.tables.coverages import released_event
from services.risk_pool.tables.ledger import LockedPool
from shared.clock import business_date
from shared.contracts.applications import LoanDisbursedV1
from shared.contracts.risk_pool import CoverageActivatedV1
from shared.messaging.inbox import Received
from shared.money import format_fen


async def activate(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Loans were paid out: their reservations become exposure."""
    pools, known = await hold_pools_of(conn, received)
    recorded = Recorded()
    for one in received:
        event: LoanDisbursedV1 = one.event
        before = known.get(event.loan_id)
        row = reaction(before.state if before else None, "disbursed")
        facts = {
            "amount": format_fen(event.amount_fen),
            "disbursed_on": event.disbursed_on.isoformat(),
            "loan_no": event.loan_no,
        }
        if row.incident:
            recorded.incident(event, row.incident, facts)
        elif row.target and before:
            _activate(recorded, before, event, pools[before.pool_code], facts)
    await record(conn, pools, recorded, now=now)


def _activate(
    recorded: Recorded,
    before: Coverage,
    event: LoanDisbursedV1,
    pool: LockedPool,
    facts: dict[str, Any],
) -> None:
    step = disburse(
        before,
        amount_fen=event.amount_fen,
        loan_no=event.loan_no,
        disbursed_on=event.disbursed_on,
        matures_on=event.matures_on,
        # What a bank says it paid before the approval was not in cover before it.
        day=pool.open_day(max(event.disbursed_on, before.approved_on)),
    )
    recorded.step(before, step)
    for kind in step.incidents:
        recorded.incident(event, kind, facts | {"covered": format_fen(step.moved_fen)})
    if step.moved_fen:
        recorded.said.append(
            CoverageActivatedV1(
                pool_code=before.pool_code,
                loan_id=before.loan_id,
                number=before.number,
                bank_code=before.bank_code,
                borrower_name=before.borrower_name,
                amount_fen=step.moved_fen,
                activated_on=event.disbursed_on,
            )
        )


async def withdraw(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Banks have taken cases back: what was held for them is free again."""
    await _let_go(received, "withdrawn", conn=conn, now=now)


async def expire(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Nothing was paid out within the term: what was held is free again."""
    await _let_go(received, "expired", conn=conn, now=now)


async def repay(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Loans were repaid in full: they are no exposure any more."""
    await _let_go(received, "repaid", conn=conn, now=now)


async def _let_go(
    received: Sequence[Received], fact: str, *, conn: asyncpg.Connection, now: datetime
) -> None:
    pools, known = await hold_pools_of(conn, received)
    recorded = Recorded()
    for one in received:
        before = known.get(one.event.loan_id)
        row = reaction(before.state if before else None, fact)
        # The day on which it happened, not the one on which we hear of it: an event that is on
        # its way over midnight or through an outage belongs to its own month.
        happened_on = business_date(one.envelope.time)
        day: date = getattr(one.event, "repaid_on", happened_on)
        if row.incident:
            recorded.incident(one.event, row.incident, {"on": day.isoformat()})
        elif row.target and before:
            pool = pools[before.pool_code]
            step = release(before, reason=fact, day=pool.open_day(day))
            recorded.step(before, step)
            recorded.said.append(released_event(before, step))
            recorded.touched.add((before.pool_code, before.bank_code))
    await record(conn, pools, recorded, now=now)

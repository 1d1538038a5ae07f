"""Monthly positions: exposure follows what is outstanding, and the breakers are looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import Coverage, Step, covered_part, report
from services.risk_pool.handlers.recording import Recorded, hold_pools_of, record
from services.risk_pool.tables.ledger import LockedPool
from shared.contracts.applications import LoanPositionReportedV1
from shared.messaging.inbox import Received
from shared.money import format_fen
from shared.months import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    event: LoanPositionReportedV1
    version: int
    covered_fen: int


async def follow(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Positions of a batch: kept with a version, booked where covered principal changed."""
    pools, known = await hold_pools_of(conn, received)
    versions = await _versions(conn, received)
    recorded = Recorded()
    kept: list[_Kept] = []
    for one in received:
        event: LoanPositionReportedV1 = one.event
        before = known.get(event.loan_id)
        if before is None:
            recorded.incident(event, "position-without-coverage", _facts(event))
            continue
        version = versions.get((event.loan_id, event.month), 0) + 1
        step = _step(before, event, version, pools[before.pool_code])
        recorded.step(before, step)
        for kind in step.incidents:
            recorded.incident(event, kind, _facts(event))
        kept.append(_Kept(event=event, version=version, covered_fen=_covered_fen(before, event)))
        recorded.touched.add((before.pool_code, before.bank_code))
    await _keep(conn, kept, now=now)
    await record(conn, pools, recorded, now=now)


def _step(before: Coverage, event: LoanPositionReportedV1, version: int, pool: LockedPool) -> Step:
    # Where a loan stood at the month's end belongs to that day, unless it was told before it.
    day = min(Month.parse(event.month).last, event.reported_on)
    return report(
        before,
        month=event.month,
        version=version,
        outstanding_fen=event.outstanding_principal_fen,
        overdue_days=event.overdue_days,
        risk_class=event.risk_class,
        day=pool.open_day(day),
    )


def _covered_fen(before: Coverage, event: LoanPositionReportedV1) -> int:
    """The covered part of this position, whatever the coverage has become since."""
    part_fen = covered_part(event.outstanding_principal_fen, before.ip_share_bp)
    return min(part_fen, before.activated_fen)


def _facts(event: LoanPositionReportedV1) -> Mapping[str, Any]:
    return {
        "month": event.month,
        "outstanding_principal": format_fen(event.outstanding_principal_fen),
        "risk_class": event.risk_class,
    }


async def _versions(
    conn: asyncpg.Connection, received: Sequence[Received]
) -> dict[tuple[UUID, str], int]:
    rows = await conn.fetch(
        """select loan_id, month, version from positions
           join unnest($1::uuid[], $2::text[]) as asked (loan_id, month) using (loan_id, month)""",
        [one.event.loan_id for one in received],
        [one.event.month for one in received],
    )
    return {(row["loan_id"], row["month"]): row["version"] for row in rows}


async def _keep(conn: asyncpg.Connection, kept: Sequence[_Kept], *, now: datetime) -> None:
    if not kept:
        return
    events = [one.event for one in kept]
    await conn.execute(
        """insert into positions (loan_id, month, pool_code, bank_code, version,
               outstanding_principal_fen, covered_principal_fen, overdue_days,
               interest_arrears_fen, penalty_interest_fen, risk_class, reported_on, stored_at)
           select new.*, $13
           from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[],
                       $7::bigint[], $8::int[], $9::bigint[], $10::bigint[], $11::text[],
                       $12::date[])
                as new (loan_id, month, pool_code, bank_code, version,
                        outstanding_principal_fen, covered_principal_fen, overdue_days,
                        interest_arrears_fen, penalty_interest_fen, risk_class, reported_on)
           on conflict (loan_id, month) do update set
               version = excluded.version,
               outstanding_principal_fen = excluded.outstanding_principal_fen,
               covered_principal_fen = excluded.covered_principal_fen,
               overdue_days = excluded.overdue_days,
               interest_arrears_fen = excluded.interest_arrears_fen,
               penalty_interest_fen = excluded.penalty_interest_fen,
               risk_class = excluded.risk_class, reported_on = excluded.reported_on,
               stored_at = excluded.stored_at""",
        [event.loan_id for event in events],
        [event.month for event in events],
        [event.pool_code for event in events],
        [event.bank_code for event in events],
        [one.version for one in kept],
        [event.outstanding_principal_fen for event in events],
        [one.covered_fen for one in kept],
        [event.overdue_days for event in events],
        [event.interest_arrears_fen for event in events],
        [event.penalty_interest_fen for event in events],
        [event.risk_class for event in events],
        [event.reported_on for event in events],
        now,
    )

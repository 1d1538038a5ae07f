"""Monthly positions: exposure follows what is outstanding, and the breakers are looked at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from services.risk_pool.domain.coverage import REPORT, Coverage, State, covered_part, reaction
from services.risk_pool.domain.coverage_changes import CoverageChange, report
from services.risk_pool.domain.warning_signs import Sign, signs_of_position
from services.risk_pool.handlers.claim_holds import look_again
from services.risk_pool.handlers.recording import Recorded, hold_pools_of, record
from services.risk_pool.handlers.warning_signs import raise_signs
from services.risk_pool.queries.renewals import paid_out_renewals
from services.risk_pool.tables.ledger import LockedPool
from services.risk_pool.tables.positions import StoredPosition, store_positions, versions_of
from shared.contracts.applications import LoanPositionReportedV1
from shared.life_cycle import Row
from shared.messaging.inbox import Received
from shared.money import format_fen
from shared.months import Month


async def follow(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Positions of a batch: kept with a version, booked where covered principal changed."""
    pools, known = await hold_pools_of(conn, received)
    versions = await versions_of(conn, [(one.event.loan_id, one.event.month) for one in received])
    renewals = await paid_out_renewals(conn, [one.event.loan_id for one in received])
    recorded = Recorded()
    kept: list[StoredPosition] = []
    signs: list[Sign] = []
    for one in received:
        event: LoanPositionReportedV1 = one.event
        before = known.get(event.loan_id)
        if isinstance(kind := reaction(before, REPORT), str):
            recorded.incident(event, kind, _facts(event))
        if before is None:
            continue
        version = versions.get((event.loan_id, event.month), 0) + 1
        change = _change(before, event, version, pools[before.pool_code])
        recorded.changes.append(change)
        for kind in change.incidents:
            recorded.incident(event, kind, _facts(event))
        if _is_still_out(event, before, renewals.get(event.loan_id)):
            facts = {**_facts(event), "renewed_by": renewals[event.loan_id]["number"]}
            recorded.incident(event, "renewed-still-out", facts)
        kept.append(_stored(before, event, version))
        signs += signs_of_position(
            before,
            month=event.month,
            overdue_days=event.overdue_days,
            risk_class=event.risk_class,
        )
        recorded.touch(before)
    await store_positions(conn, kept, now=now)
    await record(conn, pools, recorded, now=now)
    await raise_signs(conn, signs, now=now)
    claimed = {one.loan_id for one in kept if known[one.loan_id].state == State.CLAIMED}
    await look_again(conn, claimed, now=now)


def _change(
    before: Coverage, event: LoanPositionReportedV1, version: int, pool: LockedPool
) -> CoverageChange:
    # Where a loan stood at the month's end belongs to that day, unless it was told before it.
    day = min(Month.parse(event.month).last, event.reported_on)
    return report(
        before,
        month=event.month,
        version=version,
        outstanding_fen=event.outstanding_principal_fen,
        overdue_days=event.overdue_days,
        risk_class=event.risk_class,
        drawn_since_fen=event.drawn_since_fen,
        day=pool.open_day(day),
    )


def _is_still_out(event: LoanPositionReportedV1, before: Coverage, renewal: Row | None) -> bool:
    """Whether a loan is out at the end of the month in which its renewal was paid out, or later."""
    return (
        before.is_in_cover
        and renewal is not None
        and event.outstanding_principal_fen > 0
        and Month.parse(event.month).last >= renewal["disbursed_on"]
    )


def _stored(before: Coverage, event: LoanPositionReportedV1, version: int) -> StoredPosition:
    """The position with its covered part, whatever the coverage has become since."""
    part_fen = covered_part(event.outstanding_principal_fen, before.ip_share)
    return StoredPosition(
        loan_id=event.loan_id,
        month=event.month,
        pool_code=event.pool_code,
        bank_code=event.bank_code,
        version=version,
        outstanding_principal_fen=event.outstanding_principal_fen,
        covered_principal_fen=min(part_fen, before.activated_fen),
        overdue_days=event.overdue_days,
        interest_arrears_fen=event.interest_arrears_fen,
        penalty_interest_fen=event.penalty_interest_fen,
        risk_class=event.risk_class,
        reported_on=event.reported_on,
    )


def _facts(event: LoanPositionReportedV1) -> Mapping[str, Any]:
    return {
        "month": event.month,
        "outstanding_principal": format_fen(event.outstanding_principal_fen),
        "risk_class": event.risk_class,
    }

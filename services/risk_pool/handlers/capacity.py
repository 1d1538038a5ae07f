"""Approved loans ask for capacity: hold it, let them wait in line, or say what speaks against it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from services.risk_pool.domain.capacity import CapacityRequest
from services.risk_pool.domain.coverage import Action, Coverage, reaction
from services.risk_pool.domain.coverage_changes import FiledLoan
from services.risk_pool.handlers.asked import Asked, Fresh
from services.risk_pool.handlers.line import decide_in_turn
from services.risk_pool.tables import closed_cases, coverages
from services.risk_pool.tables.incidents import Incident, store_incidents
from services.risk_pool.tables.ledger import LockedPool, lock_pools
from shared.contracts.applications import ApplicationApprovedV1
from shared.life_cycle import Move
from shared.messaging.inbox import Received
from shared.refusals import NotFound


async def reserve(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Decide a batch of approved loans, behind those who wait already, each pool with running
    figures."""
    events: list[ApplicationApprovedV1] = [one.event for one in received]
    pools = await lock_pools(conn, (event.pool_code for event in events))
    _require_all(events, pools)
    known = await coverages.load(conn, (event.loan_id for event in events))
    unknown = (event.loan_id for event in events if event.loan_id not in known)
    over = await closed_cases.among(conn, unknown)

    asked: dict[str, list[Asked]] = {}
    incidents: list[Incident] = []
    for event in events:
        if event.loan_id in over:
            # Its approval was lost on the way and is heard again: nothing is held for who has gone.
            continue
        before = known.get(event.loan_id)
        match reaction(before, Action.ENTER if event.paid_out else Action.RESERVE):
            case str() as kind:
                incidents.append(_incident(event, kind))
            case Move():
                asked.setdefault(event.pool_code, []).append(_asked(event, before))

    for code in sorted(asked):
        await decide_in_turn(conn, pools[code], asked[code], now=now)
    await store_incidents(conn, incidents, now=now)


def _require_all(events: Sequence[ApplicationApprovedV1], pools: Mapping[str, LockedPool]) -> None:
    for event in events:
        if event.pool_code not in pools:
            # Parked until the pool has been opened, then replayed.
            raise NotFound(f"没有资金池 {event.pool_code}", f"There is no pool {event.pool_code}.")


def _filed(event: ApplicationApprovedV1) -> FiledLoan | None:
    paid = event.paid_out
    if paid is None:
        return None
    return FiledLoan(
        loan_no=paid.loan_no,
        disbursed_on=paid.disbursed_on,
        matures_on=paid.matures_on,
        outstanding_fen=paid.outstanding_principal_fen,
        attributes=paid.attributes,
    )


def _asked(event: ApplicationApprovedV1, before: Coverage | None) -> Asked:
    filed = _filed(event)
    return Asked(
        about=coverages.whose(vars(event)),
        before=before,
        request=CapacityRequest(
            bank_code=event.bank_code,
            borrower_uscc=event.borrower_uscc,
            amount_fen=event.amount_fen,
            ip_share=event.ip_share,
            on=event.approved_on,
            outstanding_fen=filed.outstanding_fen if filed else None,
            renews=event.renews,
        ),
        programme=event.programme,
        mode=event.mode,
        held_from=event.approved_on,
        fresh=Fresh(
            ip_share_bp=event.ip_share_bp,
            ip_amount_fen=event.ip_amount_fen,
            tenor_months=event.tenor_months,
            annual_rate_bp=event.annual_rate_bp,
            parties=event.parties,
            attributes=event.attributes,
            is_first_loan=event.is_first_loan,
            is_multi_ip_type=event.is_multi_ip_type,
            filed=filed,
        ),
    )


def _incident(event: ApplicationApprovedV1, kind: str) -> Incident:
    return Incident(
        pool_code=event.pool_code,
        bank_code=event.bank_code,
        loan_id=event.loan_id,
        number=event.number,
        kind=kind,
        facts={"approved_on": event.approved_on.isoformat()},
    )

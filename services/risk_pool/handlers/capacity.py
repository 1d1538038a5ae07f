"""Approved loans ask for capacity: hold it, or say which limits leave no room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.capacity import CapacityRequest
from services.risk_pool.domain.coverage import LIFE_CYCLE, Action, Coverage, reaction
from services.risk_pool.domain.coverage_changes import reserve_transfer
from services.risk_pool.domain.reservation import Reservation, decide_reservation
from services.risk_pool.queries.room import load_room
from services.risk_pool.tables import coverages
from services.risk_pool.tables.coverages import COVERAGES, DecidedLoan
from services.risk_pool.tables.incidents import Incident, store_incidents
from services.risk_pool.tables.ledger import (
    DECIDED_BY_SYSTEM,
    LockedPool,
    book,
    lock_pools,
    store_explanations,
)
from shared.contracts.applications import ApplicationApprovedV1
from shared.contracts.risk_pool import LimitReached
from shared.life_cycle import SYSTEM, Move
from shared.messaging.inbox import Received
from shared.postgres.calendar_overrides import load_working_days
from shared.postgres.published_schemes import SchemeNotPublished, scheme_on
from shared.refusals import NotFound
from shared.schemes.scheme import Scheme
from shared.transitions import Step, apply_transitions


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """An approved loan, and what was decided about its capacity."""

    event: ApplicationApprovedV1
    before: Coverage | None
    reservation: Reservation

    @property
    def case(self) -> dict[str, Any]:
        """The coverage as the life cycle finds it: not there yet, or declined before."""
        return {
            **coverages.whose(vars(self.event)),
            "state": self.before.state if self.before else None,
            "version": self.before.version if self.before else 0,
        }


async def reserve(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Decide a batch of approved loans in order of arrival, each pool with running figures."""
    events: list[ApplicationApprovedV1] = [one.event for one in received]
    pools = await lock_pools(conn, (event.pool_code for event in events))
    _require_all(events, pools)
    known = await coverages.load(conn, (event.loan_id for event in events))
    working_days = await load_working_days(conn)
    rooms = {
        code: await load_room(
            conn,
            pools[code],
            borrowers=[event.borrower_uscc for event in own],
            days={event.approved_on for event in own},
        )
        for code, own in _by_pool(events).items()
    }

    decided: list[_Decided] = []
    incidents: list[Incident] = []
    for event in events:
        before = known.get(event.loan_id)
        match reaction(before, Action.RESERVE):
            case str() as kind:
                incidents.append(_incident(event, kind))
            case Move():
                pool, room = pools[event.pool_code], rooms[event.pool_code]
                reservation = decide_reservation(
                    _request(event),
                    room,
                    programme=event.programme,
                    pool_programme=pool.programme,
                    mode=event.mode,
                    scheme=await _scheme(conn, pool.programme, event.approved_on),
                    working_days=working_days,
                )
                decided.append(_Decided(event=event, before=before, reservation=reservation))

    await _record(conn, pools, decided, now=now)
    await store_incidents(conn, incidents, now=now)


async def _scheme(
    conn: asyncpg.Connection, programme: str, approved_on: date
) -> Scheme | SchemeNotPublished:
    """The version that binds the loan, or why there is none."""
    try:
        return await scheme_on(conn, programme, approved_on)
    except SchemeNotPublished as refused:
        return refused


def _require_all(events: Sequence[ApplicationApprovedV1], pools: Mapping[str, LockedPool]) -> None:
    for event in events:
        if event.pool_code not in pools:
            # Parked until the pool has been opened, then replayed.
            raise NotFound(f"没有资金池 {event.pool_code}", f"There is no pool {event.pool_code}.")


def _by_pool(
    events: Sequence[ApplicationApprovedV1],
) -> dict[str, list[ApplicationApprovedV1]]:
    found: dict[str, list[ApplicationApprovedV1]] = {}
    for event in events:
        found.setdefault(event.pool_code, []).append(event)
    return found


def _request(event: ApplicationApprovedV1) -> CapacityRequest:
    return CapacityRequest(
        bank_code=event.bank_code,
        borrower_uscc=event.borrower_uscc,
        amount_fen=event.amount_fen,
        ip_share=event.ip_share,
        on=event.approved_on,
    )


async def _record(
    conn: asyncpg.Connection,
    pools: Mapping[str, LockedPool],
    decided: Sequence[_Decided],
    *,
    now: datetime,
) -> None:
    """Keep the decisions with their explanations, book what is held, move the coverages."""
    if not decided:
        return
    explained = await store_explanations(
        conn,
        [
            (
                one.event.pool_code,
                one.event.bank_code,
                "reservation",
                one.reservation.explanation,
                DECIDED_BY_SYSTEM,
            )
            for one in decided
        ],
        now,
    )
    both = list(zip(decided, explained, strict=True))
    await coverages.store_decisions(
        conn, [_loan(one, explanation_id) for one, explanation_id in both], now=now
    )
    for code, pool in pools.items():
        transfers = [
            reserve_transfer(
                one.event.loan_id,
                one.event.bank_code,
                fen=one.reservation.reserved_fen,
                day=pool.open_day(one.event.approved_on),
                explanation_id=explanation_id,
            )
            for one, explanation_id in both
            if one.event.pool_code == code and one.reservation.reserved_fen
        ]
        await book(conn, pool, transfers, now=now)
    await apply_transitions(conn, COVERAGES, [_step(one, now) for one in decided], now=now)


def _loan(one: _Decided, explanation_id: UUID) -> DecidedLoan:
    event, reservation = one.event, one.reservation
    move = LIFE_CYCLE.require(one.before, reservation.action, SYSTEM)
    return DecidedLoan(
        **coverages.whose(vars(event)),
        borrower_uscc=event.borrower_uscc,
        state=move.target,
        amount_fen=event.amount_fen,
        ip_share_bp=event.ip_share_bp,
        ip_amount_fen=event.ip_amount_fen,
        tenor_months=event.tenor_months,
        annual_rate_bp=event.annual_rate_bp,
        programme=event.programme,
        scheme_version=reservation.scheme_version,
        mode=event.mode,
        parties=event.parties,
        attributes=event.attributes,
        is_first_loan=event.is_first_loan,
        is_multi_ip_type=event.is_multi_ip_type,
        approved_on=event.approved_on,
        reserved_fen=reservation.reserved_fen,
        reserved_until=reservation.reserved_until,
        limits=[limit.as_data() for limit in reservation.decision.binding],
        explanation_id=explanation_id,
    )


def _step(one: _Decided, now: datetime) -> Step:
    reservation, decision = one.reservation, one.reservation.decision
    held_until = reservation.reserved_until
    return Step(
        case=one.case,
        action=reservation.action,
        by=SYSTEM,
        reason=", ".join(limit.code for limit in decision.binding),
        detail={"amount_fen": decision.requested_fen},
        changes={
            "reserved_fen": reservation.reserved_fen,
            "reserved_until": held_until,
            "changed_at": now,
        },
        facts={
            "amount_fen": decision.requested_fen,
            "reserved_until": held_until,
            "scheme_version": reservation.scheme_version,
            "limits": _limits(one),
        },
        term=lambda wait: held_until,
    )


def _limits(one: _Decided) -> tuple[LimitReached, ...]:
    return tuple(
        LimitReached(
            limit=limit.code,
            allowed_fen=limit.allowed_fen,
            used_fen=limit.used_fen,
            requested_fen=limit.requested_fen,
            source=limit.source,
            zh=limit.zh,
            en=limit.en,
        )
        for limit in one.reservation.decision.binding
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

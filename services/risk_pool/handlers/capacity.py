"""Approved loans ask for capacity: hold it, or say which limits leave no room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain import capacity
from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.capacity import Asked, Decision, Line, Room
from services.risk_pool.domain.coverage import (
    DECLINED,
    RESERVED,
    Coverage,
    Step,
    covered_part,
    reaction,
    reserve_transfer,
)
from services.risk_pool.tables import coverages, parties
from services.risk_pool.tables.coverages import Decided, Incident
from services.risk_pool.tables.ledger import (
    LockedPool,
    balances,
    book,
    lock_pools,
    store_explanations,
)
from shared.calendar import WorkingDays
from shared.contracts.applications import ApplicationApprovedV1
from shared.contracts.envelope import Event
from shared.contracts.risk_pool import CoverageDeclinedV1, CoverageReservedV1, LimitReached
from shared.messaging import outbox
from shared.messaging.inbox import Received
from shared.postgres.calendar_overrides import load_working_days
from shared.refusals import NotFound, Refused
from shared.schemes import library
from shared.schemes.decide.deadlines import NoDeadline, deadline
from shared.schemes.decide.limits import explain_limits
from shared.schemes.terms import Terms

DAYS_HELD_UNLESS_STATED = 60
"""How long capacity is held where the scheme sets no time for it (assumed)."""

SYSTEM = {"decided_by": {"subject": "system", "name": "系统", "role": "system"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    event: ApplicationApprovedV1
    coverage: Coverage
    decision: Decision
    scheme_version: str
    explanation: Mapping[str, Any]


async def reserve(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Decide a batch of approved loans in order of arrival, each pool with running figures."""
    events: list[ApplicationApprovedV1] = [one.event for one in received]
    pools = await lock_pools(conn, (event.pool_code for event in events))
    _require_all(events, pools)
    known = await coverages.load(conn, (event.loan_id for event in events))
    calendar = await load_working_days(conn)
    rooms = {code: await _room(conn, pools[code], own) for code, own in _by_pool(events).items()}

    outcomes: list[_Outcome] = []
    incidents: list[Incident] = []
    for event in events:
        before = known.get(event.loan_id)
        row = reaction(before.state if before else None, "approved")
        if row.incident:
            incidents.append(_incident(event, row.incident))
        elif row.target:
            code = event.pool_code
            outcomes.append(_decide(event, pools[code], rooms[code], calendar))

    said = await _record(conn, pools, known, outcomes, now=now)
    await coverages.remember_incidents(conn, incidents, now=now)
    await outbox.append(conn, said, now=now)


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


async def _room(
    conn: asyncpg.Connection, pool: LockedPool, events: Sequence[ApplicationApprovedV1]
) -> Room:
    """The pool's running figures before the batch, loaded once."""
    held = await balances(conn, pool.code)
    borrowers = await conn.fetch(
        """select borrower_uscc, used_fen from unnest($2::text[]) as asked (borrower_uscc)
           cross join lateral (
               select sum(reserved_fen + covered_fen)::bigint as used_fen from coverages
               where pool_code = $1 and borrower_uscc = asked.borrower_uscc
                 and state in ('reserved', 'active')
           ) as used
           where used_fen is not null""",
        pool.code,
        list({event.borrower_uscc for event in events}),
    )
    used_by_borrower = {row["borrower_uscc"]: row["used_fen"] for row in borrowers}
    banks = await conn.fetch(
        "select code from parties where pool_code = $1 and role = 'bank'", pool.code
    )
    suspended = await conn.fetch(
        """select bank_code from breakers
           where pool_code = $1 and bank_code <> '' and state = 'stopped'""",
        pool.code,
    )
    used_by_bank = {
        row["code"]: held.get(accounts.covered_of(row["code"]), 0)
        + held.get(accounts.reserved_for(row["code"]), 0)
        for row in banks
    }
    return Room(
        available_fen=accounts.available_fen(held),
        used_fen=accounts.held_fen(held, "covered") + accounts.held_fen(held, "reserved"),
        used_by_bank=used_by_bank,
        used_by_borrower=used_by_borrower,
        banks=frozenset(row["code"] for row in banks),
        suspended=frozenset(row["bank_code"] for row in suspended),
        stopped=pool.state == "stopped",
        lines_on={
            day: {
                bank: Line(amount_fen=line["line_fen"], source=f"合作协议 {line['valid_from']}")
                for bank, line in (await parties.lines_on(conn, pool.code, day)).items()
            }
            for day in {event.approved_on for event in events}
        },
    )


def _decide(
    event: ApplicationApprovedV1, pool: LockedPool, room: Room, calendar: WorkingDays
) -> _Outcome:
    asked = Asked(
        bank_code=event.bank_code,
        borrower_uscc=event.borrower_uscc,
        amount_fen=event.amount_fen,
        ip_share_bp=event.ip_share_bp,
        on=event.approved_on,
    )
    try:
        terms = _terms(event, pool)
    except Refused as refused:
        return _no_terms(event, asked, refused)
    decision = capacity.decide(asked, room, terms)
    reserved_until = None
    if decision.held:
        capacity.hold(asked, room, decision.requested_fen)
        reserved_until = _held_until(event.approved_on, terms, calendar)
    return _Outcome(
        event=event,
        coverage=_coverage(event, decision, reserved_until),
        decision=decision,
        scheme_version=terms.version,
        explanation=explain_limits(decision.limits, terms).as_data(),
    )


class ProgrammeDiffers(Refused):
    """The case names another programme than its pool's."""

    code = "programme-differs"


def _terms(event: ApplicationApprovedV1, pool: LockedPool) -> Terms:
    """The terms that bind the loan: those of its approval day, in its mode (programmes H.12)."""
    if event.programme != pool.programme:
        raise ProgrammeDiffers(
            f"申请的方案 {event.programme} 不是资金池的方案 {pool.programme}",
            f"The case is under {event.programme}, the pool under {pool.programme}.",
        )
    return library.load(event.programme).terms(on=event.approved_on, mode=event.mode)


def _no_terms(event: ApplicationApprovedV1, asked: Asked, refused: Refused) -> _Outcome:
    wanted_fen = covered_part(asked.amount_fen, asked.ip_share_bp)
    code = refused.code.replace("-", "_")
    limit = capacity.stop(code, wanted_fen, zh=refused.zh, en=refused.en)
    decision = Decision(requested_fen=wanted_fen, limits=(limit,))
    return _Outcome(
        event=event,
        coverage=_coverage(event, decision, None),
        decision=decision,
        scheme_version="",
        explanation={"decision": "reservation", "version": "", "steps": [limit.as_data()]},
    )


def _held_until(approved_on: date, terms: Terms, calendar: WorkingDays) -> date:
    try:
        return deadline("reservation", approved_on, terms, calendar)
    except NoDeadline:
        return approved_on + timedelta(days=DAYS_HELD_UNLESS_STATED)


def _coverage(
    event: ApplicationApprovedV1, decision: Decision, reserved_until: date | None
) -> Coverage:
    return Coverage(
        loan_id=event.loan_id,
        number=event.number,
        pool_code=event.pool_code,
        bank_code=event.bank_code,
        borrower_uscc=event.borrower_uscc,
        borrower_name=event.borrower_name,
        state=RESERVED if decision.held else DECLINED,
        amount_fen=event.amount_fen,
        ip_share_bp=event.ip_share_bp,
        approved_on=event.approved_on,
        reserved_fen=decision.requested_fen if decision.held else 0,
        reserved_until=reserved_until,
    )


async def _record(
    conn: asyncpg.Connection,
    pools: Mapping[str, LockedPool],
    known: Mapping[UUID, Coverage],
    outcomes: Sequence[_Outcome],
    *,
    now: datetime,
) -> list[Event]:
    if not outcomes:
        return []
    explained = await store_explanations(
        conn,
        [
            (one.event.pool_code, one.event.bank_code, "reservation", one.explanation, SYSTEM)
            for one in outcomes
        ],
        now,
    )
    await coverages.insert(
        conn,
        [
            (one.coverage, _decided(one, explanation_id))
            for one, explanation_id in zip(outcomes, explained, strict=True)
        ],
        now=now,
    )
    for code, pool in pools.items():
        transfers = [
            reserve_transfer(
                one.coverage,
                day=pool.open_day(one.event.approved_on),
                explanation_id=explanation_id,
            )
            for one, explanation_id in zip(outcomes, explained, strict=True)
            if one.event.pool_code == code and one.decision.held
        ]
        await book(conn, pool, transfers, now=now)
    await coverages.remember_moves(
        conn,
        [
            (
                known.get(one.event.loan_id),
                Step(
                    coverage=one.coverage,
                    moved="reserve" if one.decision.held else "decline",
                    reason=", ".join(limit.code for limit in one.decision.binding),
                    moved_fen=one.decision.requested_fen,
                ),
            )
            for one in outcomes
        ],
        by=coverages.SYSTEM,
        now=now,
    )
    return [_said(one) for one in outcomes]


def _decided(one: _Outcome, explanation_id: UUID) -> Decided:
    event = one.event
    return Decided(
        programme=event.programme,
        scheme_version=one.scheme_version,
        mode=event.mode,
        parties=event.parties,
        attributes=event.attributes,
        is_first_loan=event.is_first_loan,
        is_multi_ip_type=event.is_multi_ip_type,
        tenor_months=event.tenor_months,
        annual_rate_bp=event.annual_rate_bp,
        approved_on=event.approved_on,
        limits=[limit.as_data() for limit in one.decision.binding],
        explanation_id=explanation_id,
    )


def _said(one: _Outcome) -> Event:
    loan: dict[str, Any] = {
        "pool_code": one.event.pool_code,
        "loan_id": one.event.loan_id,
        "number": one.event.number,
        "bank_code": one.event.bank_code,
        "borrower_name": one.event.borrower_name,
        "amount_fen": one.decision.requested_fen,
    }
    if one.coverage.reserved_until is not None:
        return CoverageReservedV1(
            **loan, reserved_until=one.coverage.reserved_until, scheme_version=one.scheme_version
        )
    return CoverageDeclinedV1(
        **loan,
        limits=tuple(
            LimitReached(
                limit=limit.code,
                allowed_fen=limit.allowed_fen,
                used_fen=limit.used_fen,
                requested_fen=limit.requested_fen,
                source=limit.source,
                zh=limit.zh,
                en=limit.en,
            )
            for limit in one.decision.binding
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

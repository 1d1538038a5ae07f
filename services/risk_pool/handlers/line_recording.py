"""What was decided about requests for capacity is kept: explained, booked, moved, told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import LIFE_CYCLE, Action
from services.risk_pool.domain.coverage_changes import (
    enter_transfers,
    entered,
    reserve_transfer,
)
from services.risk_pool.domain.ledger import Transfer
from services.risk_pool.domain.reservation import Reservation
from services.risk_pool.handlers.asked import Asked
from services.risk_pool.tables import coverages, waiting_line
from services.risk_pool.tables.coverages import COVERAGES, DecidedLoan
from services.risk_pool.tables.ledger import (
    DECIDED_BY_SYSTEM,
    LockedPool,
    book,
    store_explanations,
)
from shared.contracts.risk_pool import LimitReached
from shared.life_cycle import SYSTEM
from shared.transitions import Step, apply_transitions


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A request for capacity, and what was decided about it."""

    asked: Asked
    reservation: Reservation

    @property
    def moves(self) -> bool:
        """Whether the coverage moves: whoever waits and goes on waiting stays where it is."""
        return self.asked.fresh is not None or self.reservation.action != Action.WAIT

    @property
    def is_about_line(self) -> bool:
        """Whether it was in the line, or is now."""
        before = self.asked.before
        return self.reservation.place is not None or (before is not None and before.is_in_line)

    @property
    def case(self) -> dict[str, Any]:
        """The coverage as the life cycle finds it: not there yet, declined before, or waiting."""
        before = self.asked.before
        return {
            **self.asked.about,
            "state": before.state if before else None,
            "version": before.version if before else 0,
        }

    @property
    def limits(self) -> list[dict[str, Any]]:
        """What binds, as it is kept."""
        return [limit.as_data() for limit in self.reservation.decision.binding]


async def record_decisions(
    conn: asyncpg.Connection,
    pool: LockedPool,
    decided: Sequence[Decided],
    *,
    today: date,
    now: datetime,
) -> None:
    """Keep decisions with their explanations, book what is held, move the coverages."""
    await _keep_line(conn, decided)
    moved = [one for one in decided if one.moves]
    if not moved:
        return
    explained = await store_explanations(
        conn,
        [
            (
                pool.code,
                one.asked.about["bank_code"],
                "reservation",
                one.reservation.explanation,
                DECIDED_BY_SYSTEM,
            )
            for one in moved
        ],
        now,
    )
    both = list(zip(moved, explained, strict=True))
    fresh = [_loan(one, explanation_id) for one, explanation_id in both if one.asked.fresh]
    await coverages.store_decisions(conn, fresh, now=now)
    transfers = [
        transfer
        for one, explanation_id in both
        if one.reservation.reserved_fen
        for transfer in _transfers(one, explanation_id, pool.open_day(one.asked.held_from))
    ]
    await book(conn, pool, transfers, now=now)
    steps = [_step(one, explanation_id, now) for one, explanation_id in both]
    await apply_transitions(conn, COVERAGES, steps, now=now)
    if any(one.is_about_line for one in decided):
        await waiting_line.renumber(conn, pool.code)


def _transfers(one: Decided, explanation_id: UUID, day: date) -> tuple[Transfer, ...]:
    """Held for a loan to come; of one that is paid out already, held and covered at once."""
    books = enter_transfers if one.reservation.is_paid_out else _held
    return books(
        one.asked.loan_id,
        one.asked.about["bank_code"],
        fen=one.reservation.reserved_fen,
        day=day,
        explanation_id=explanation_id,
    )


def _held(
    loan_id: UUID, bank_code: str, *, fen: int, day: date, explanation_id: UUID | None
) -> tuple[Transfer, ...]:
    return (reserve_transfer(loan_id, bank_code, fen=fen, day=day, explanation_id=explanation_id),)


async def _keep_line(conn: asyncpg.Connection, decided: Sequence[Decided]) -> None:
    """What holds up those in the line now, where that has changed."""
    changed = {
        one.asked.loan_id: one.limits
        for one in decided
        if one.asked.fresh is None and one.limits != list(one.asked.limits)
    }
    await waiting_line.keep_limits(conn, changed)


def _loan(one: Decided, explanation_id: UUID) -> DecidedLoan:
    asked, reservation, fresh = one.asked, one.reservation, one.asked.fresh
    assert fresh is not None
    move = LIFE_CYCLE.require(asked.before, reservation.action, SYSTEM)
    decided = DecidedLoan(
        **asked.about,
        borrower_uscc=asked.request.borrower_uscc,
        state=move.target,
        amount_fen=asked.request.amount_fen,
        ip_share_bp=fresh.ip_share_bp,
        ip_amount_fen=fresh.ip_amount_fen,
        tenor_months=fresh.tenor_months,
        annual_rate_bp=fresh.annual_rate_bp,
        programme=asked.programme,
        scheme_version=reservation.scheme_version,
        mode=asked.mode,
        parties=fresh.parties,
        attributes=fresh.attributes,
        is_first_loan=fresh.is_first_loan,
        is_multi_ip_type=fresh.is_multi_ip_type,
        renews=asked.request.renews,
        approved_on=asked.request.on,
        reserved_fen=reservation.reserved_fen,
        reserved_until=reservation.reserved_until,
        limits=one.limits,
        explanation_id=explanation_id,
        line_no=asked.line_no,
        due_on=reservation.until,
    )
    if fresh.filed is None or not reservation.decision.held:
        return decided
    return replace(
        decided,
        **entered(
            fresh.filed,
            amount_fen=asked.request.amount_fen,
            covered_fen=reservation.reserved_fen,
        ),
    )


def _step(one: Decided, explanation_id: UUID, now: datetime) -> Step:
    reservation, decision = one.reservation, one.reservation.decision
    return Step(
        case=one.case,
        action=reservation.action,
        by=SYSTEM,
        reason=", ".join(limit.code for limit in decision.binding),
        detail={"amount_fen": decision.requested_fen},
        changes={
            "reserved_fen": reservation.reserved_fen,
            "reserved_until": reservation.reserved_until,
            "explanation_id": explanation_id,
            "line_place": reservation.place,
            "changed_at": now,
        },
        facts={
            # An event's amount is positive: of a filed loan of which nothing is covered, a fen.
            "amount_fen": decision.requested_fen or int(reservation.is_paid_out),
            "activated_on": one.asked.request.on,
            "reserved_until": reservation.reserved_until,
            "scheme_version": reservation.scheme_version,
            "limits": _limits(one),
            "waiting": reservation.place is not None,
            "place": reservation.place,
            "waits_until": reservation.until,
        },
        term=lambda wait: reservation.until,
    )


def _limits(one: Decided) -> tuple[LimitReached, ...]:
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

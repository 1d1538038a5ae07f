"""What a fact does to a coverage: its new amounts, what is booked, what is told. Pure.

To which state a change leads is the life cycle's to say (domain/coverage.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from services.risk_pool.domain.coverage import (
    LETS_GO,
    LIFE_CYCLE,
    Action,
    Coverage,
    covered_part,
)
from services.risk_pool.domain.ledger import CAPACITY, Transfer, covered_of, reserved_for
from shared.life_cycle import Move

NO_FACTS: Final[Mapping[str, Any]] = MappingProxyType({})
"""Of a loan whose measures ask for none as of its disbursement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageChange:
    """What a fact has done to a coverage: new values, what to book, what to tell people."""

    before: Coverage
    move: Move | None = None
    """The row of the life cycle by which its state changes, None where it stays."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """New values beside the state, by column."""
    transfers: tuple[Transfer, ...] = ()
    reason: str = ""
    moved_fen: int = 0
    """The covered principal that the move is about."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the event of the move says beside whose loan it is."""
    incidents: tuple[str, ...] = ()
    held_until: date | None = None
    """Until when what is held waits to be paid out, where the move leads to a hold."""

    @property
    def after(self) -> Coverage:
        """The coverage as the change leaves it."""
        state = self.move.target if self.move else self.before.state
        return replace(self.before, state=state, **self.changes)


def reserve_transfer(
    loan_id: UUID, bank_code: str, *, fen: int, day: date, explanation_id: UUID | None
) -> Transfer:
    """Hold capacity for an approved loan."""
    return Transfer(
        reference=f"reserve:{loan_id}",
        debit=reserved_for(bank_code),
        credit=CAPACITY,
        amount_fen=fen,
        business_date=day,
        kind="reserve",
        explanation_id=explanation_id,
        loan_id=loan_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledLoan:
    """A loan that was filed after it was paid out."""

    loan_no: str
    disbursed_on: date
    matures_on: date
    outstanding_fen: int
    attributes: Mapping[str, Any] = field(default_factory=dict)


def enter_transfers(
    loan_id: UUID, bank_code: str, *, fen: int, day: date, explanation_id: UUID | None
) -> tuple[Transfer, Transfer]:
    """A filed loan is held and paid out in one: two entries of one day, each booked once."""
    held = reserve_transfer(loan_id, bank_code, fen=fen, day=day, explanation_id=explanation_id)
    covered = Transfer(
        reference=f"activate:{loan_id}",
        debit=covered_of(bank_code),
        credit=reserved_for(bank_code),
        amount_fen=fen,
        business_date=day,
        kind="activate",
        explanation_id=explanation_id,
        loan_id=loan_id,
    )
    return held, covered


def entered(filed: FiledLoan, *, amount_fen: int, covered_fen: int) -> Mapping[str, Any]:
    """The columns of a coverage that a filed loan enters with; nothing of it is held on."""
    return {
        "reserved_fen": 0,
        "activated_fen": covered_fen,
        "covered_fen": covered_fen,
        "outstanding_fen": filed.outstanding_fen,
        "loan_no": filed.loan_no,
        "disbursed_fen": amount_fen,
        "attributes_at_disbursement": dict(filed.attributes),
        "disbursed_on": filed.disbursed_on,
        "matures_on": filed.matures_on,
    }


def disburse(
    coverage: Coverage,
    *,
    amount_fen: int,
    loan_no: str,
    disbursed_on: date,
    matures_on: date,
    attributes: Mapping[str, Any] = NO_FACTS,
    draws_until: date | None = None,
    day: date,
) -> CoverageChange:
    """A held loan is paid out: what was held becomes exposure.

    Paid out less: the difference is free again, or held on for the draws until `draws_until`. Paid out more: only what was held is covered.
    Paid out after the hold's term while the capacity is still held: covered, and an incident.
    Paid out so little that no fen of it is covered: nobody is told of cover.
    """
    wanted_fen = covered_part(amount_fen, coverage.ip_share)
    covered_fen = min(wanted_fen, coverage.reserved_fen)
    action = Action.ACTIVATE if covered_fen else Action.ACTIVATE_UNCOVERED
    if amount_fen >= coverage.amount_fen:
        draws_until = None
    left_fen = 0 if draws_until is None else coverage.reserved_fen - covered_fen
    incidents = []
    if wanted_fen > covered_fen and amount_fen > coverage.amount_fen:
        incidents.append("disbursed-more")
    if coverage.reserved_until is not None and disbursed_on > coverage.reserved_until:
        incidents.append("disbursed-late")
    return CoverageChange(
        before=coverage,
        move=LIFE_CYCLE.find(coverage.state, action),
        changes={
            "reserved_fen": left_fen,
            "activated_fen": covered_fen,
            "covered_fen": covered_fen,
            "outstanding_fen": amount_fen,
            "loan_no": loan_no,
            "disbursed_fen": amount_fen,
            "attributes_at_disbursement": dict(attributes),
            "disbursed_on": disbursed_on,
            "matures_on": matures_on,
            "draws_until": draws_until,
        },
        transfers=_activated(coverage, covered_fen, left_fen, day),
        moved_fen=covered_fen,
        facts={"amount_fen": covered_fen, "activated_on": disbursed_on},
        incidents=tuple(incidents),
    )


def _activated(
    coverage: Coverage, covered_fen: int, left_fen: int, day: date
) -> tuple[Transfer, ...]:
    reserved = reserved_for(coverage.bank_code)
    transfers = []
    if covered_fen:
        transfers.append(
            Transfer(
                reference=f"activate:{turn_of(coverage)}",
                debit=covered_of(coverage.bank_code),
                credit=reserved,
                amount_fen=covered_fen,
                business_date=day,
                kind="activate",
                explanation_id=coverage.explanation_id,
                loan_id=coverage.loan_id,
            )
        )
    if fen := coverage.reserved_fen - covered_fen - left_fen:
        transfers.append(freed(coverage, reserved, fen, "not-drawn", day))
    return tuple(transfers)


def release(coverage: Coverage, move: Move, *, day: date) -> CoverageChange:
    """Let go of what is held or covered, or of a place in the line: withdrawn, expired, rejected,
    repaid, or passed into a claim. Of a loan paid out in parts, what is to be drawn yet goes too."""
    reason = LETS_GO[move.action]
    held = reason if coverage.disbursed_fen is None else f"undrawn:{reason}"
    sides = (
        (reserved_for(coverage.bank_code), coverage.reserved_fen, held),
        (covered_of(coverage.bank_code), coverage.covered_fen, reason),
    )
    freed_fen = coverage.reserved_fen + coverage.covered_fen
    return CoverageChange(
        before=coverage,
        move=move,
        changes={
            "reserved_fen": 0,
            "covered_fen": 0,
            "outstanding_fen": 0 if move.action == Action.REPAY else coverage.outstanding_fen,
            "draws_until": None,
            "released_on": day,
            "release_reason": reason,
            "line_place": None,
        },
        transfers=tuple(freed(coverage, one, fen, why, day) for one, fen, why in sides if fen),
        reason=reason,
        moved_fen=freed_fen,
        facts={"amount_fen": freed_fen, "reason": reason},
    )


def freed(coverage: Coverage, account: str, fen: int, reason: str, day: date) -> Transfer:
    """Something that is held or covered of a loan is free again."""
    return Transfer(
        reference=f"release:{turn_of(coverage)}:{reason}",
        debit=CAPACITY,
        credit=account,
        amount_fen=fen,
        business_date=day,
        kind="release",
        explanation_id=coverage.explanation_id,
        loan_id=coverage.loan_id,
    )


def turn_of(coverage: Coverage) -> str:
    """Its name in references of what is booked of it."""
    # What is booked of a loan once has its id alone; after a step back it is booked again.
    return f"{coverage.loan_id}:{coverage.turn}" if coverage.turn else str(coverage.loan_id)


def report(
    coverage: Coverage,
    *,
    month: str,
    version: int,
    outstanding_fen: int,
    overdue_days: int,
    risk_class: str,
    drawn_since_fen: int = 0,
    day: date,
) -> CoverageChange:
    """A monthly position: the covered principal follows what is outstanding.

    What was drawn after the month's end is outstanding as well (`drawn_since_fen`). What is covered
    never passes what draws have put into cover. A month before the newest known one is
    kept, but moves nothing: the newest month is where the loan stands.
    """
    if not coverage.is_in_cover or month < (coverage.position_month or ""):
        return CoverageChange(before=coverage)
    owed_fen = outstanding_fen + drawn_since_fen
    covered_fen = min(covered_part(owed_fen, coverage.ip_share), coverage.activated_fen)
    change_fen = covered_fen - coverage.covered_fen
    covered, capacity = covered_of(coverage.bank_code), CAPACITY
    transfers: tuple[Transfer, ...] = ()
    if change_fen:
        transfers = (
            Transfer(
                reference=f"position:{coverage.loan_id}:{month}:{version}",
                debit=covered if change_fen > 0 else capacity,
                credit=capacity if change_fen > 0 else covered,
                amount_fen=abs(change_fen),
                business_date=day,
                kind="position",
                loan_id=coverage.loan_id,
            ),
        )
    above = coverage.disbursed_fen is not None and owed_fen > coverage.disbursed_fen
    return CoverageChange(
        before=coverage,
        changes={
            "covered_fen": covered_fen,
            "outstanding_fen": owed_fen,
            "position_month": month,
            "risk_class": risk_class,
            "overdue_days": overdue_days,
        },
        transfers=transfers,
        incidents=("position-above-cover",) if above else (),
    )

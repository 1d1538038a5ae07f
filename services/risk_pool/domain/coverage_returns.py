"""A coverage takes a step back: a zero or a disbursement that was a mistake, or one told late. Pure.

Nothing that was booked is changed: what comes back is booked anew, in a month that is open, under
a reference of its own turn.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.risk_pool.domain.coverage import LIFE_CYCLE, Action, Coverage, covered_part
from services.risk_pool.domain.coverage_changes import CoverageChange
from services.risk_pool.domain.ledger import CAPACITY, Transfer, covered_of, reserved_for
from shared.schemes.decide.deadlines import CountsWorkingDays, filing_deadline
from shared.schemes.terms import Terms


def reopen(
    coverage: Coverage, *, outstanding_fen: int, reason: str, day: date
) -> CoverageChange | None:
    """A loan that was taken for repaid is not: it goes back into cover, as far as it was covered.

    None where it was let go for another reason than repayment.
    """
    if coverage.release_reason != "repaid":
        return None
    covered_fen = min(covered_part(outstanding_fen, coverage.ip_share), coverage.activated_fen)
    transfer = _back(coverage, "reopen", covered_of(coverage.bank_code), CAPACITY, covered_fen, day)
    return CoverageChange(
        before=coverage,
        move=LIFE_CYCLE.find(coverage.state, Action.REOPEN),
        changes={
            "covered_fen": covered_fen,
            "outstanding_fen": outstanding_fen,
            "released_on": None,
            "release_reason": None,
            "turn": coverage.turn + 1,
        },
        transfers=transfer,
        reason=reason,
        moved_fen=covered_fen,
        facts={"amount_fen": covered_fen, "reopened_on": day, "reason": reason},
    )


def undo(coverage: Coverage, *, on: date, reason: str, day: date) -> CoverageChange:
    """A disbursement that never was: exposure is a reservation again as long as that would have
    been held, and free afterwards.

    What was held for draws goes the same way. What had been freed stays free; the case is approved
    anew for more.
    """
    until = coverage.reserved_until
    undrawn_fen, fen = coverage.reserved_fen, coverage.covered_fen + coverage.reserved_fen
    is_held = until is not None and on <= until and fen > 0
    action = Action.UNDO if is_held else Action.UNDO_RELEASE
    to = reserved_for(coverage.bank_code) if is_held else CAPACITY
    covered, reserved = covered_of(coverage.bank_code), reserved_for(coverage.bank_code)
    transfers = _back(coverage, "undo", to, covered, coverage.covered_fen, day)
    if not is_held:
        transfers += _back(coverage, "undo", to, reserved, undrawn_fen, day, more=":undrawn")
    return CoverageChange(
        before=coverage,
        move=LIFE_CYCLE.find(coverage.state, action),
        changes={
            "attributes_at_disbursement": {},
            "reserved_fen": fen if is_held else 0,
            "activated_fen": 0,
            "covered_fen": 0,
            "outstanding_fen": 0,
            "loan_no": None,
            "disbursed_fen": None,
            "disbursed_on": None,
            "matures_on": None,
            "draws_until": None,
            "position_month": None,
            "risk_class": None,
            "overdue_days": 0,
            "released_on": None if is_held else day,
            "release_reason": None if is_held else "undone",
            "turn": coverage.turn + 1,
        },
        transfers=transfers,
        reason=reason,
        moved_fen=fen,
        facts={
            "amount_fen": fen,
            "reason": "undone",
            "reserved_until": until,
            "scheme_version": coverage.scheme_version,
        },
        held_until=until if is_held else None,
    )


def cover_late(
    coverage: Coverage,
    *,
    amount_fen: int,
    covered_fen: int,
    loan_no: str,
    disbursed_on: date,
    matures_on: date,
    attributes: Mapping[str, Any],
    draws_until: date | None = None,
    reserved_fen: int = 0,
    day: date,
) -> CoverageChange:
    """A loan paid out while its capacity was held, and told after that had run out: covered again.

    Whether it may be, and whether there is room, has been asked before; also for the draws that
    are to follow (`reserved_fen`, until `draws_until`).
    """
    covered, reserved = covered_of(coverage.bank_code), reserved_for(coverage.bank_code)
    transfers = _back(coverage, "activate", covered, CAPACITY, covered_fen, day)
    transfers += _back(coverage, "reserve", reserved, CAPACITY, reserved_fen, day, more=":undrawn")
    return CoverageChange(
        before=coverage,
        move=LIFE_CYCLE.find(coverage.state, Action.COVER_LATE),
        changes={
            "attributes_at_disbursement": dict(attributes),
            "reserved_fen": reserved_fen,
            "activated_fen": covered_fen,
            "covered_fen": covered_fen,
            "outstanding_fen": amount_fen,
            "loan_no": loan_no,
            "disbursed_fen": amount_fen,
            "disbursed_on": disbursed_on,
            "matures_on": matures_on,
            "draws_until": draws_until,
            "released_on": None,
            "release_reason": None,
            "turn": coverage.turn + 1,
        },
        transfers=transfers,
        moved_fen=covered_fen,
        facts={"amount_fen": covered_fen, "activated_on": disbursed_on},
    )


def is_in_filing_term(
    coverage: Coverage,
    *,
    disbursed_on: date,
    told_on: date,
    terms: Terms,
    working_days: CountsWorkingDays,
) -> bool:
    """Whether a disbursement counts although the hold had run out when it was told.

    It was paid out on a day on which the capacity was held, and told within the time that the
    scheme gives for filing a disbursement (`filing`), else within five working days.
    """
    until = coverage.reserved_until
    if coverage.release_reason != "expired" or until is None or disbursed_on > until:
        return False
    return told_on <= filing_deadline(disbursed_on, terms, working_days)


def _back(
    coverage: Coverage, kind: str, debit: str, credit: str, fen: int, day: date, more: str = ""
) -> tuple[Transfer, ...]:
    if not fen:
        return ()
    return (
        Transfer(
            reference=f"{kind}:{coverage.loan_id}:{coverage.turn + 1}{more}",
            debit=debit,
            credit=credit,
            amount_fen=fen,
            business_date=day,
            kind=kind,
            explanation_id=coverage.explanation_id,
            loan_id=coverage.loan_id,
        ),
    )

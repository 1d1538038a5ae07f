"""What draws do to a coverage: the part that was held for them becomes exposure, or is free. Pure.

What is covered of a loan is the covered part of all that was drawn, rounded once; each draw books
the difference to what was covered before it. So however a loan is drawn, the draws add up to the
covered part of the whole, and no fen drifts (programmes H.7, H.8).
"""

from datetime import date

from services.risk_pool.domain.coverage import LIFE_CYCLE, Action, Coverage, covered_part
from services.risk_pool.domain.coverage_changes import CoverageChange, freed
from services.risk_pool.domain.ledger import CAPACITY, Transfer, covered_of, reserved_for


def draw(
    coverage: Coverage, *, draw_no: int, drawn_fen: int, outstanding_fen: int, day: date
) -> CoverageChange | None:
    """A further part is paid out; `drawn_fen` is all that is drawn with it. None where it is known.

    Of what was not held nothing is covered: drawn after the time for draws, or more than approved.
    """
    if drawn_fen <= (coverage.disbursed_fen or 0):
        return None
    wanted_fen = covered_part(drawn_fen, coverage.ip_share)
    activated_fen = min(wanted_fen, coverage.activated_fen + coverage.reserved_fen)
    left_fen = coverage.activated_fen + coverage.reserved_fen - activated_fen
    covered_fen = min(covered_part(outstanding_fen, coverage.ip_share), activated_fen)
    incidents = []
    if coverage.draws_until is None:
        incidents.append("drawn-after-end")
    elif drawn_fen > coverage.amount_fen:
        incidents.append("drawn-more")
    return CoverageChange(
        before=coverage,
        move=LIFE_CYCLE.find(coverage.state, Action.DRAW),
        changes={
            "reserved_fen": left_fen,
            "activated_fen": activated_fen,
            "covered_fen": covered_fen,
            "outstanding_fen": outstanding_fen,
            "disbursed_fen": drawn_fen,
        },
        transfers=_from_reserved(
            coverage, f"draw:{coverage.loan_id}:{draw_no}", "draw", day,
            drawn_fen=activated_fen - coverage.activated_fen,
            covered_fen=covered_fen - coverage.covered_fen,
        ),
        moved_fen=activated_fen - coverage.activated_fen,
        incidents=tuple(incidents),
    )  # fmt: skip


def undo_draw(
    coverage: Coverage,
    *,
    draw_no: int,
    drawn_fen: int,
    outstanding_fen: int,
    draws_until: date | None,
    reason: str,
    day: date,
) -> CoverageChange | None:
    """A part was never paid out; `drawn_fen` is all that is drawn without it. None where it is known.

    It is held again until `draws_until`; where it cannot be drawn again, or the time for draws is
    over here, it is free.
    """
    if drawn_fen >= (coverage.disbursed_fen or 0):
        return None
    activated_fen = min(covered_part(drawn_fen, coverage.ip_share), coverage.activated_fen)
    covered_fen = min(covered_part(outstanding_fen, coverage.ip_share), activated_fen)
    is_held = None not in (draws_until, coverage.draws_until)
    back_fen = coverage.activated_fen - activated_fen
    reference = f"undo-draw:{coverage.loan_id}:{draw_no}"
    transfers = _from_reserved(
        coverage, reference, "undo-draw", day,
        drawn_fen=-back_fen if is_held else 0, covered_fen=covered_fen - coverage.covered_fen,
    )  # fmt: skip
    return CoverageChange(
        before=coverage,
        move=LIFE_CYCLE.find(coverage.state, Action.UNDO_DRAW),
        changes={
            "reserved_fen": coverage.reserved_fen + (back_fen if is_held else 0),
            "activated_fen": activated_fen,
            "covered_fen": covered_fen,
            "outstanding_fen": outstanding_fen,
            "disbursed_fen": drawn_fen,
        },
        transfers=transfers,
        reason=reason,
        moved_fen=back_fen,
    )


def end_draws(coverage: Coverage, *, day: date) -> CoverageChange | None:
    """The time for draws is over: what was held for them is free. None where nothing is."""
    if coverage.draws_until is None:
        return None
    fen = coverage.reserved_fen
    account = reserved_for(coverage.bank_code)
    return CoverageChange(
        before=coverage,
        move=LIFE_CYCLE.find(coverage.state, Action.END_DRAWS),
        changes={"reserved_fen": 0, "draws_until": None},
        transfers=(freed(coverage, account, fen, "draws-ended", day),) if fen else (),
        reason="draws-ended",
        moved_fen=fen,
    )


def _from_reserved(
    coverage: Coverage, reference: str, kind: str, day: date, *, drawn_fen: int, covered_fen: int
) -> tuple[Transfer, ...]:
    """Move `drawn_fen` from held to covered (back, where it is below zero).

    What is covered now may have grown by a fen more or less: principal was repaid before, and the
    covered part of what is owed is rounded by itself. The difference is booked beside.
    """
    covered, reserved = covered_of(coverage.bank_code), reserved_for(coverage.bank_code)
    moved = _two_ways(coverage, reference, kind, day, covered, reserved, drawn_fen)
    rest_fen = covered_fen - drawn_fen
    return (
        *moved,
        *_two_ways(coverage, f"{reference}:principal", kind, day, covered, CAPACITY, rest_fen),
    )


def _two_ways(
    coverage: Coverage, reference: str, kind: str, day: date, one: str, other: str, fen: int
) -> tuple[Transfer, ...]:
    if not fen:
        return ()
    return (
        Transfer(
            reference=reference,
            debit=one if fen > 0 else other,
            credit=other if fen > 0 else one,
            amount_fen=abs(fen),
            business_date=day,
            kind=kind,
            explanation_id=coverage.explanation_id,
            loan_id=coverage.loan_id,
        ),
    )

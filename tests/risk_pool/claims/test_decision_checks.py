"""What a decision looks at again: everything that speaks against it is named at once."""

from datetime import date

import pytest

from services.risk_pool.domain.decision_checks import Position, moved_since, reason_to_hold

CLAIM = {"facts": {"risk_class": "substandard"}}
COVERED = {"state": "active", "release_reason": None, "released_on": None}
REPAID = {"state": "released", "release_reason": "repaid", "released_on": date(2026, 3, 9)}
ELSEWHERE = {"state": "claimed", "release_reason": "claimed", "released_on": date(2026, 3, 9)}


def position(principal_fen: int, risk_class: str = "substandard") -> Position:
    return Position(
        month="2026-02",
        month_end=date(2026, 2, 28),
        outstanding_principal_fen=principal_fen,
        overdue_days=92,
        risk_class=risk_class,
    )


@pytest.mark.parametrize(
    ("loan", "reported", "received_fen", "codes"),
    [
        (COVERED, position(100), 0, []),
        (COVERED, position(101, "loss"), 0, []),
        (COVERED, None, 0, []),
        (COVERED, position(99), 0, ["principal-lower"]),
        (COVERED, position(100), 1, ["money-received"]),
        (ELSEWHERE, position(100), 0, ["loan-not-covered"]),
        (
            REPAID,
            position(0, "normal"),
            7,
            ["loan-repaid", "principal-lower", "risk-class-better", "money-received"],
        ),
    ],
)
def test_everything_that_is_better_than_claimed_is_named(loan, reported, received_fen, codes):
    moved = moved_since(CLAIM, loan, reported, principal_fen=100, received_fen=received_fen)

    assert [one.code for one in moved] == codes
    assert all(one.zh and one.en and one.claimed != one.now for one in moved)


@pytest.mark.parametrize(
    ("released_fen", "repaid_on", "reported", "code"),
    [
        (None, None, position(100), None),
        (None, None, position(99), "principal-lower"),
        (None, date(2026, 3, 9), position(100), "loan-repaid"),
        (70, None, position(70), None),
        (70, None, position(69), "principal-lower"),
        (0, date(2026, 3, 9), position(0), None),
    ],
)
def test_a_claim_is_held_for_what_no_person_has_looked_at(released_fen, repaid_on, reported, code):
    claim = {"approved_principal_fen": 100, "released_principal_fen": released_fen}

    why = reason_to_hold(claim, repaid_on=repaid_on, position=reported)

    assert (why and why.code) == code

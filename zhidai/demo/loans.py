"""How a loan of the plan goes, month by month, as its bank will report it."""

from dataclasses import dataclass

from shared.months import Month
from zhidai.demo.plan import Case, Course, month_name

_FIRST_LATE_DAYS = 4
"""A loan that goes bad misses its first interest shortly before the end of its first month."""

CLAIM_AFTER_MONTHS = 3
"""A loan that goes bad is substandard in the third month after its disbursement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a loan stands at a month's end."""

    outstanding_fen: int
    overdue_days: int = 0
    interest_arrears_fen: int = 0
    penalty_interest_fen: int = 0
    risk_class: str = "normal"


def position(case: Case, month: int) -> Position:
    """Where the case's loan stands at the end of a month of the demo's year.

    Interest in arrears is a month's interest per month late, penalty half of that, rounded down:
    what the bank says, not a rule of ours.
    """
    age = month - case.month
    whole = case.amount_fen
    if case.course is Course.DEFAULT:
        late = max(0, age)
        monthly_fen = whole * case.rate_bp // 120_000
        return Position(
            outstanding_fen=whole,
            overdue_days=_FIRST_LATE_DAYS + _days_between(case.month, case.month + min(late, 3)),
            interest_arrears_fen=monthly_fen * late,
            penalty_interest_fen=monthly_fen * late // 2,
            risk_class=("normal", "special_mention", "special_mention", "substandard")[
                min(late, 3)
            ],
        )
    if age >= case.tenor_months or (case.course is Course.EARLY and age >= 3):
        return Position(outstanding_fen=0)
    if case.course is Course.INSTALMENTS:
        return Position(outstanding_fen=whole - whole * age // case.tenor_months)
    if case.course is Course.CURED and age == 2:
        return Position(
            outstanding_fen=whole,
            overdue_days=18,
            interest_arrears_fen=whole * case.rate_bp // 120_000,
            risk_class="special_mention",
        )
    return Position(outstanding_fen=whole)


def _days_between(first: int, last: int) -> int:
    """From one month's last day to another's."""
    ends = [Month.parse(month_name(month)).last for month in (first, last)]
    return (ends[1] - ends[0]).days


def claim_month(case: Case) -> int:
    """The month in which the bank claims: after the position that meets the trigger.

    With a lawsuit accepted, more than 60 days overdue will do; else the loan must be substandard.
    """
    assert case.course is Course.DEFAULT
    return case.month + CLAIM_AFTER_MONTHS + (0 if case.lawsuit else 1)

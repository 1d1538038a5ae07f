"""How good the data of a bank are: measures over rows that exist, each so many of so many.

A measure counts what had to be mended, asked about or waited for. The score is the mean share of
what was right, each measure alike, so that one with many rows does not hide the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, Literal, get_args

from services.applications.domain.waiting import REPORTED_BY_DAY
from shared.calendar import WorkingDays
from shared.life_cycle import Words
from shared.months import Month
from shared.ratios import WHOLE_BP
from shared.schemes.decide.deadlines import deadline
from shared.schemes.terms import Terms

Measure = Literal[
    "submissions_with_findings",
    "returns_for_gaps",
    "second_returns",
    "late_positions",
    "corrected_positions",
    "confirmed_positions",
    "odd_registration_numbers",
    "undone_payments",
]

MEASURES: Final[Mapping[Measure, Words]] = {
    "submissions_with_findings": Words("提交时有问题的申请", "submissions with findings"),
    "returns_for_gaps": Words("审查后退回补正", "decisions of a review that returned the case"),
    "second_returns": Words("再次退回", "returns that were not the case's first"),
    "late_positions": Words("逾期报送的月报", "monthly reports that came late"),
    "corrected_positions": Words("更正过的月报", "monthly reports that were mended"),
    "confirmed_positions": Words("须确认的异常月报", "monthly reports that were odd and confirmed"),
    "odd_registration_numbers": Words(
        "质押登记号缺失或异常", "pledge registration numbers missing or odd"
    ),
    "undone_payments": Words("撤销的放款和提款", "disbursements and draws undone"),
}
"""In the order in which they are shown."""
assert tuple(MEASURES) == get_args(Measure), "every measure has its words"

SHORTEST_NUMBER: Final = 6
"""A registration number with fewer characters, or without a digit, is odd; no register's form is
known for certain, so that no more is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a measure has counted: so many of so many."""

    measure: Measure
    count: int
    of: int

    @property
    def share_bp(self) -> int | None:
        """The share that had to be mended, rounded up, so that none is shown as nothing; None of
        nothing."""
        return None if not self.of else -(-self.count * WHOLE_BP // self.of)


def score_bp(figures: Iterable[Figure]) -> int | None:
    """The mean share of what was right, rounded down; None where there was nothing to count."""
    right = [Fraction(one.of - one.count, one.of) for one in figures if one.of]
    return int(sum(right) / len(right) * WHOLE_BP) if right else None


def reports_due_on(month: Month, terms: Terms | None, working_days: WorkingDays) -> date:
    """The last day for the reports of a month: the scheme's, else the tenth of the next month; where
    that is no working day, the next one (民法典 art. 203)."""
    day = month.after.day(REPORTED_BY_DAY)
    if terms is not None and "monthly_report" in terms.deadlines:
        day = deadline("monthly_report", month.last, terms, working_days)
    return working_days.add(day - timedelta(days=1), 1)

"""Silence is no shelter: what a loan counts as while its bank has not reported it.

A loan without its report counts by what was last known of it, made worse by the days that passed
since; so a missing report never makes a bank look better, and never keeps its breaker asleep.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from shared.months import Month
from shared.risk_classes import RISK_CLASSES
from shared.schemes.decide.deadlines import CountsWorkingDays, NoDeadline, deadline
from shared.schemes.terms import Terms

REPORTS_DUE_DAY = 10
"""Of the next month, where the scheme sets no time for monthly reports (assumed)."""

SIGNED_WORKING_DAYS = 5
"""A month is signed so many working days after its reports are due (assumed; no measure says)."""
SIGN_UNTIL = f"假定：月报截止后 {SIGNED_WORKING_DAYS} 个工作日"

SILENT_MONTHS = 2
"""After so many months running without any report of a bank, its new entries stop."""
SILENT_MONTHS_SOURCE = "假定：连续两个月未报送任何月报，暂停入库"

BEST = RISK_CLASSES[0]
"""What a loan is until something is known of it."""

CLASS_BY_DAYS = (
    (360, "loss"),
    (270, "doubtful"),
    (90, "substandard"),
    (7, "special_mention"),
)
"""More overdue days than this: at least this class.

商业银行金融资产风险分类办法 (2023), art. 10 to 13: a delay of up to seven days for technical or
operational reasons leaves the class; 90, 270 and 360 days make it worse.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastKnown:
    """What was last known of a loan, and since when."""

    known_on: date
    """The end of the last month reported; without any report, the day it was paid out."""
    risk_class: str
    overdue_days: int
    matures_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a loan counts as where its report is missing."""

    overdue_days: int
    risk_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFigures:
    """A bank's covered principal of a month's end: what of it is bad, and what of it is reported."""

    bad_fen: int = 0
    covered_fen: int = 0
    loans: int = 0
    estimated: int = 0
    """Of the loans, those that count by what was last known of them."""

    @property
    def is_silent(self) -> bool:
        """Not one of the bank's loans was reported."""
        return self.estimated > 0 and self.estimated == self.loans


def estimate(last: LastKnown, on: date) -> Estimate:
    """What a loan counts as on a day, from what was known before it.

    Overdue then, it has been overdue every day since. Matured and not known to be repaid, it is
    overdue from the day after it matured. A loan that was neither stays as it was.
    """
    days = last.overdue_days
    if days > 0:
        days += max((on - last.known_on).days, 0)
    if last.matures_on is not None:
        days = max(days, (on - last.matures_on).days)
    return Estimate(overdue_days=days, risk_class=_worse(last.risk_class, class_by_days(days)))


def class_by_days(overdue_days: int) -> str:
    """The best class that a loan so long overdue may have."""
    for days, least in CLASS_BY_DAYS:
        if overdue_days > days:
            return least
    return BEST


def _worse(one: str, other: str) -> str:
    names: tuple[str, ...] = RISK_CLASSES
    return max(one, other, key=names.index)


def reports_due(month: Month, terms: Terms | None, working_days: CountsWorkingDays) -> date:
    """The last day for the reports of a month: the scheme's, else the tenth of the next month.

    Where that is no working day, the next one (民法典 art. 203).
    """
    day = month.after.day(REPORTS_DUE_DAY)
    if terms is not None:
        with suppress(NoDeadline):
            day = deadline("monthly_report", month.last, terms, working_days)
    return working_days.add(day - timedelta(days=1), 1)


def sign_until(month: Month, terms: Terms | None, working_days: CountsWorkingDays) -> date:
    """The last day for a month's settlement to be signed."""
    return working_days.add(reports_due(month, terms, working_days), SIGNED_WORKING_DAYS)

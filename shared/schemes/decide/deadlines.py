"""By when a step must be done (programmes D, H.20)."""

from datetime import date, timedelta
from typing import ClassVar, Final, Protocol

from shared.months import Month, add_months
from shared.refusals import Refused
from shared.schemes.terms import Terms


class CountsWorkingDays(Protocol):
    """The statutory calendar: the n-th working day after a day, the first day not counted."""

    def add(self, day: date, n: int) -> date: ...


FILING_WORKING_DAYS: Final = 5
"""For filing a disbursement (放款备案), where the scheme sets no time (assumed)."""


class NoDeadline(Refused):
    """The scheme sets no time for the step."""

    code: ClassVar[str] = "no-deadline"


def deadline(step: str, start: date, terms: Terms, working_days: CountsWorkingDays) -> date:
    """The last day on which a step may be done, counted from `start`.

    Working and calendar days without the first day, with the last; months to the same day
    number or the month's last day (H.20). Raises NoDeadline.
    """
    rule = terms.deadlines.get(step)
    if rule is None:
        raise NoDeadline(
            f"方案 {terms.programme} 没有规定 {step} 的期限",
            f"Scheme {terms.programme} sets no time for {step}.",
        )
    if rule.working_days is not None:
        return working_days.add(start, rule.working_days)
    if rule.calendar_days is not None:
        return start + timedelta(days=rule.calendar_days)
    if rule.months is not None:
        return add_months(start, rule.months)
    assert rule.day_of_next_month is not None
    return Month.of(start).after.day(rule.day_of_next_month)


def filing_deadline(disbursed_on: date, terms: Terms, working_days: CountsWorkingDays) -> date:
    """The last day for telling of a disbursement: the scheme's, else the usual working days."""
    try:
        return deadline("filing", disbursed_on, terms, working_days)
    except NoDeadline:
        return working_days.add(disbursed_on, FILING_WORKING_DAYS)

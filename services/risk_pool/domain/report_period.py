"""The stretch of days that a report is about: a month, a quarter, a year, or all up to its end."""

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from shared.months import YEAR, Month
from shared.refusals import Refused

Span = Literal["month", "quarter", "year"]

BEGINNING = date(1900, 1, 1)
"""Before every pool."""

_PERIOD = re.compile(rf"(until-|ytd-)?({YEAR})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?", re.ASCII)
_MONTHS: dict[Span, int] = {"month": 1, "quarter": 3, "year": 12}


class PeriodMalformed(Refused):
    """Not a month, a quarter or a year as reports write them."""

    code: ClassVar[str] = "period-malformed"
    status: ClassVar[int] = 422
    place: ClassVar[tuple[str, ...]] = ("query", "period")


class PeriodOfAnotherSpan(Refused):
    """The report is made of another span of time, such as whole years only."""

    code: ClassVar[str] = "period-of-another-span"
    status: ClassVar[int] = 422
    place: ClassVar[tuple[str, ...]] = ("query", "period")


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months from the first to the last, both counted. `text` is how addresses write it."""

    text: str
    span: Span
    start: Month
    end: Month
    reaches: str | None = None
    """Further back than the span: "ytd-" to January, "until-" to the beginning."""

    @property
    def first(self) -> date:
        """The first day that counts."""
        return BEGINNING if self.reaches == "until-" else self.start.first

    @property
    def last(self) -> date:
        """The last day that counts."""
        return self.end.last

    @property
    def up_to_its_end(self) -> "Period":
        """The same end, and everything before it."""
        return parse(f"until-{self.text}")

    @property
    def year_to_date(self) -> "Period":
        """From January to the same end."""
        return parse(f"ytd-{self.text}")

    @property
    def year_before(self) -> "Period":
        """The same stretch of the year before."""
        return parse(f"{self.start.year - 1:04d}{self.text[4:]}")


def parse(text: str) -> Period:
    """Read 2026-03, 2026-Q1 or 2026. With "ytd-" before it from January on, with "until-"
    everything up to its end.

    Raises PeriodMalformed.
    """
    match = _PERIOD.fullmatch(text)
    if match is None or int(match[2]) <= BEGINNING.year:
        raise PeriodMalformed(
            "期间须为 2026-03（月）、2026-Q1（季）或 2026（年）",
            "A period is written 2026-03, 2026-Q1 or 2026.",
        )
    reaches, year, month, quarter = match[1], int(match[2]), match[3], match[4]
    if month:
        span: Span = "month"
        start = Month(year, int(month))
    elif quarter:
        span, start = "quarter", Month(year, int(quarter) * 3 - 2)
    else:
        span, start = "year", Month(year, 1)
    end = Month(year, start.number + _MONTHS[span] - 1)
    if reaches == "ytd-":
        start = Month(year, 1)
    return Period(text, span, start, end, reaches)


def of_span(text: str, *spans: Span) -> Period:
    """A period that a report is made of. Raises PeriodMalformed, PeriodOfAnotherSpan."""
    period = parse(text)
    if period.span not in spans or period.reaches:
        zh = {"month": "月", "quarter": "季", "year": "年"}
        raise PeriodOfAnotherSpan(
            f"该报表按{'、'.join(zh[span] for span in spans)}编制",
            f"This report is made by the {' or '.join(spans)}.",
        )
    return period


def last_over(day: date, span: Span) -> Period:
    """The last month, quarter or year that is over on a day."""
    before = Month.of(day).before
    months = _MONTHS[span]
    last = before.number // months * months
    if last == 0:
        before, last = Month(before.year - 1, 12), 12
    return parse(
        f"{before.year:04d}"
        + {"month": f"-{last:02d}", "quarter": f"-Q{last // 3}", "year": ""}[span]
    )

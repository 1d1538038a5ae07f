"""Months on the calendar, as loans, time limits, reports and settlements count them."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

YEAR: Final = "(?:19|2[0-9])[0-9]{2}"
"""A year in which a business day can lie, as a pattern."""
MONTH_PATTERN: Final = rf"^{YEAR}-(0[1-9]|1[0-2])$"
"""A month as it may be asked for or stated."""
_SHORTEST: Final = 28
"""Days of the shortest month."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, written "2026-03"."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read YYYY-MM. Raises ValueError."""
        first = date.fromisoformat(f"{text}-01")
        if len(text) != 7:
            raise ValueError(f"{text!r} is not a month such as 2026-03")
        return cls(first.year, first.month)

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that a day lies in."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    @property
    def before(self) -> "Month":
        """The month before."""
        return Month.of(self.first - timedelta(days=1))

    @property
    def after(self) -> "Month":
        """The month after."""
        return Month.of(self.last + timedelta(days=1))

    def day(self, number: int) -> date:
        """The day of that number, or the last one where the month is shorter."""
        return self.first.replace(day=min(number, self.last.day))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the end of that month where it has no such day.

    民法典 art. 202: a period in months ends on the same day number, or on the last of the month.
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    number = day.day
    # Every month has so many; only of later days it is asked how long the month is.
    if number > _SHORTEST:
        number = min(number, monthrange(year, month0 + 1)[1])
    return date(year, month0 + 1, number)

"""The statutory working days of China, and how months are counted.

Which days are worked is decided by the State Council year by year (国务院办公厅关于部分节假日安排的
通知). The library `chinesecalendar` knows the notices up to some year; what two persons have entered since (`shared.postgres.calendar_overrides`) carries
the notices of later years and single days that were changed. Beyond both, weekends are free and every
other day is worked: an assumption, and told as one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import chinese_calendar
from chinese_calendar.constants import holidays

FIRST_KNOWN_YEAR = min(holidays).year
LAST_KNOWN_YEAR = max(holidays).year

_SATURDAY = 5


@cache
def _is_worked(day: date) -> bool:
    """What the library says of a day of the years it knows. It looks through all of its days for each
    question, and a list of due days asks ten thousands of them."""
    return bool(chinese_calendar.is_workday(day))


@dataclass(frozen=True, slots=True)
class Counted:
    """A day that was counted to. `assumed`: some day on the way has no notice yet."""

    day: date
    assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChange:
    """What two persons have put in force. `days`: whether each is worked; with a `year` they are all
    the days of its notice that are not worked or free as their weekday says."""

    number: int
    days: Mapping[date, bool]
    year: int | None
    source: str


class WorkingDays:
    """The calendar with what was entered beside the library's: single days, and years whose notice is
    there with all its days. One that a process holds learns what is entered later (`learn`)."""

    def __init__(
        self, overrides: Mapping[date, bool] | None = None, years: Collection[int] = ()
    ) -> None:
        self.overrides: Mapping[date, bool] = dict(overrides or {})
        self.years = frozenset(years)

    def learn(self, other: "WorkingDays") -> None:
        """Be what the other one is, for everybody who holds this one."""
        self.overrides, self.years = other.overrides, other.years

    def is_assumed(self, day: date) -> bool:
        """Whether neither a notice nor an override says if the day is worked."""
        return day not in self.overrides and not self.is_published(day.year)

    def is_published(self, year: int) -> bool:
        """Whether a year's notice is known: by the library, or as two persons have entered it."""
        return FIRST_KNOWN_YEAR <= year <= LAST_KNOWN_YEAR or year in self.years

    def is_working(self, day: date) -> bool:
        """Whether the day is worked."""
        override = self.overrides.get(day)
        if override is not None:
            return override
        if not FIRST_KNOWN_YEAR <= day.year <= LAST_KNOWN_YEAR:
            return day.weekday() < _SATURDAY
        return _is_worked(day)

    def add(self, day: date, n: int) -> date:
        """The n-th working day after the day: the first day is not counted, the last one is.

        Counting back with a negative n is the same the other way. With n = 0 it is the day
        itself, if it is worked, and else the next working day.
        """
        return self.count(day, n).day

    def count(self, day: date, n: int) -> Counted:
        """As `add`, and whether the answer rests on an assumption."""
        assumed = False
        if n == 0:
            while not self.is_working(day):
                assumed |= self.is_assumed(day)
                day += timedelta(days=1)
            return Counted(day, assumed or self.is_assumed(day))
        step = timedelta(days=1 if n > 0 else -1)
        left = abs(n)
        while left:
            day += step
            assumed |= self.is_assumed(day)
            left -= self.is_working(day)
        return Counted(day, assumed)

    def between(self, a: date, b: date) -> int:
        """How many working days lie after a, up to and including b; negative if b is before a.

        So `between(a, add(a, n)) == n`.
        """
        if b < a:
            return -self.between(b, a) if a != b else 0
        days = (a + timedelta(days=i) for i in range(1, (b - a).days + 1))
        return sum(self.is_working(day) for day in days)

    def exceptions(self, year: int) -> list[date]:
        """The days of a year that are not as their weekday says, and those that were entered."""
        first = date(year, 1, 1)
        days = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
        return [
            day
            for day in days
            if day in self.overrides or self.is_working(day) is not (day.weekday() < _SATURDAY)
        ]

    def known_until(self) -> date:
        """The last day up to which nothing is assumed: a notice or an override covers each."""
        year = LAST_KNOWN_YEAR
        while self.is_published(year + 1):
            year += 1
        day = date(year, 12, 31)
        while not self.is_assumed(day + timedelta(days=1)):
            day += timedelta(days=1)
        return day

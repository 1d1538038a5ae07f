"""The statutory working days of China, and how months are counted.

Which days are worked is decided by the State Council year by year (国务院办公厅关于部分节假日安排的
通知). The library `chinesecalendar` knows the notices up to some year; a table of overrides carries
what it lacks or what was changed (`shared.postgres.calendar_overrides`). Beyond both, weekends are free and every other day is worked:
an assumption, and told as one.
"""

from collections.abc import Mapping
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


class WorkingDays:
    """The calendar with its overrides. Immutable; load it again after the table has changed."""

    def __init__(self, overrides: Mapping[date, bool] | None = None) -> None:
        self._overrides = dict(overrides or {})

    def is_assumed(self, day: date) -> bool:
        """Whether neither a notice nor an override says if the day is worked."""
        return day not in self._overrides and not FIRST_KNOWN_YEAR <= day.year <= LAST_KNOWN_YEAR

    def is_working(self, day: date) -> bool:
        """Whether the day is worked."""
        override = self._overrides.get(day)
        if override is not None:
            return override
        if self.is_assumed(day):
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

    def known_until(self) -> date:
        """The last day up to which nothing is assumed: a notice or an override covers each."""
        day = date(LAST_KNOWN_YEAR, 12, 31)
        while not self.is_assumed(day + timedelta(days=1)):
            day += timedelta(days=1)
        return day

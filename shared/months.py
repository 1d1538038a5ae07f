"""Months on the calendar, as loans and time limits count them."""

from calendar import monthrange
from datetime import date


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the end of that month where it has no such day.

    民法典 art. 202: a period in months ends on the same day number, or on the last of the month.
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def full_months(a: date, b: date) -> int:
    """How many whole months lie from a to b (a ≤ b): the largest n with a + n months ≤ b."""
    assert a <= b
    months = (b.year - a.year) * 12 + b.month - a.month
    return months if add_months(a, months) <= b else months - 1


def month_end(month: str) -> date:
    """The last day of a month written "2026-03"."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])

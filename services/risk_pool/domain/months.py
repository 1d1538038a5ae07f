"""Months as text: "2026-03"."""

import calendar
from datetime import date


def month_of(day: date) -> str:
    """The month of a day."""
    return f"{day.year:04d}-{day.month:02d}"


def last_day(month: str) -> date:
    """The last day of a month."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, calendar.monthrange(year, number)[1])


def next_month(month: str) -> str:
    """The month after."""
    return month_of(date.fromordinal(last_day(month).toordinal() + 1))

"""The statutory working days of China."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from chinese_calendar.constants import holidays, workdays
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import (
    FIRST_KNOWN_YEAR,
    LAST_KNOWN_YEAR,
    WorkingDays,
)
from shared.months import Month, add_months
from shared.postgres.calendar_overrides import KNOWN_UNTIL, load_working_days
from shared.postgres.database import EVERYWHERE

CALENDAR = WorkingDays()
days = st.dates(date(2005, 1, 1), date(2040, 12, 31))
known_days = st.dates(date(2005, 1, 1), date(LAST_KNOWN_YEAR - 1, 12, 31))


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2025, 1, 26), True),  # a Sunday worked for the Spring Festival, Notice of 2024-11-12
        (date(2025, 1, 28), False),
        (date(2025, 2, 4), False),
        (date(2025, 2, 5), True),
        (date(2025, 2, 8), True),  # a Saturday worked
        (date(2025, 10, 8), False),
        (date(2025, 10, 11), True),  # a Saturday worked
        (date(2026, 10, 1), False),
        (date(2025, 3, 15), False),  # an ordinary Saturday
        (date(2025, 3, 17), True),
    ],
)
def test_the_notices_of_the_state_council_decide(day, is_working):
    assert CALENDAR.is_working(day) is is_working


def test_a_day_is_looked_up_in_the_notices_once_however_often_it_is_asked_for(monkeypatch):
    asked: list[date] = []
    known = chinese_calendar.is_workday
    monkeypatch.setattr(chinese_calendar, "is_workday", lambda day: asked.append(day) or known(day))
    first, last = date(2007, 3, 1), date(2007, 8, 31)
    counted = [WorkingDays().between(first, last) for _ in range(3)]
    assert len(set(counted)) == 1
    assert len(asked) <= (last - first).days


def test_days_are_counted_without_the_first_and_with_the_last():
    assert CALENDAR.add(date(2025, 3, 14), 1) == date(2025, 3, 17)
    assert CALENDAR.add(date(2025, 9, 30), 5) == date(2025, 10, 14)
    assert CALENDAR.between(date(2025, 3, 14), date(2025, 3, 17)) == 1
    assert CALENDAR.between(date(2025, 3, 14), date(2025, 3, 14)) == 0


def test_zero_days_on_is_the_day_itself_or_the_next_that_is_worked():
    assert CALENDAR.add(date(2025, 3, 14), 0) == date(2025, 3, 14)
    assert CALENDAR.add(date(2025, 10, 1), 0) == date(2025, 10, 9)


def test_an_override_changes_a_day_and_only_that_day():
    changed = WorkingDays({date(2025, 3, 17): False})

    assert changed.add(date(2025, 3, 14), 1) == date(2025, 3, 18)
    assert changed.is_working(date(2025, 3, 18))


def test_beyond_the_last_notice_weekends_are_free_and_the_assumption_is_told():
    new_year = date(LAST_KNOWN_YEAR + 1, 1, 1)
    monday = new_year + timedelta(days=(0 - new_year.weekday()) % 7)

    assert CALENDAR.is_assumed(new_year)
    assert CALENDAR.is_working(monday)
    assert not CALENDAR.is_working(monday - timedelta(days=1))
    assert CALENDAR.count(date(LAST_KNOWN_YEAR, 12, 20), 20).assumed
    assert not CALENDAR.count(date(LAST_KNOWN_YEAR, 3, 2), 20).assumed


def test_an_override_is_no_assumption():
    new_year = date(LAST_KNOWN_YEAR + 1, 1, 1)
    told = WorkingDays({new_year: False})

    assert not told.is_assumed(new_year)
    assert not told.is_working(new_year)
    assert told.known_until() == new_year
    assert CALENDAR.known_until() == date(LAST_KNOWN_YEAR, 12, 31)


@given(st.dates())
def test_no_day_of_any_year_crashes(day):
    assert CALENDAR.is_working(day) in (True, False)


@given(days, st.integers(1, 60))
def test_counting_on_and_counting_between_agree(day, n):
    there = CALENDAR.add(day, n)

    assert CALENDAR.is_working(there)
    assert CALENDAR.between(day, there) == n
    assert CALENDAR.between(there, day) == -n


@given(days, st.integers(-30, 30), st.integers(-30, 30))
def test_from_a_worked_day_counting_twice_is_counting_once(day, m, n):
    start = CALENDAR.add(day, 0)

    assert CALENDAR.add(CALENDAR.add(start, m), n) == CALENDAR.add(start, m + n)


@given(known_days)
def test_within_the_notices_nothing_is_assumed_and_the_lists_are_followed(day):
    worked = day in workdays or (day.weekday() < 5 and day not in holidays)

    assert CALENDAR.is_working(day) is worked
    assert not CALENDAR.count(day, 1).assumed
    assert day.year >= FIRST_KNOWN_YEAR


@pytest.mark.parametrize(
    ("day", "months", "there"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 1, 15), 12, date(2026, 1, 15)),
        (date(2025, 10, 31), 4, date(2026, 2, 28)),
        (date(2025, 3, 31), -1, date(2025, 2, 28)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
    ],
)
def test_months_end_on_the_same_day_number_or_on_the_last(day, months, there):
    assert add_months(day, months) == there


@given(days, st.integers(0, 600))
def test_months_on_is_that_many_months_further_never_a_day_later(day, months):
    there = add_months(day, months)

    assert (there.year - day.year) * 12 + there.month - day.month == months
    assert there.day <= day.day and (there.day == day.day or there == Month.of(there).last)


@given(days)
def test_a_month_knows_its_days_and_its_neighbours(day):
    month = Month.of(day)

    assert month.first <= day <= month.last
    assert month.before.last + timedelta(days=1) == month.first
    assert month.after.first - timedelta(days=1) == month.last
    assert Month.parse(str(month)) == month


async def test_overrides_are_rows_with_a_note(database):
    async with database.begin(EVERYWHERE) as conn:
        await conn.execute(
            "insert into calendar_overrides values ($1, false, '国务院办公厅通知')",
            date(2027, 1, 1),
        )
        loaded = await load_working_days(conn)

    assert not loaded.is_working(date(2027, 1, 1))
    assert not loaded.is_assumed(date(2027, 1, 1))
    known_until = datetime.fromtimestamp(KNOWN_UNTIL._value.get(), UTC).date()
    assert known_until == loaded.known_until()

"""Until when a case waits, and how near that is."""

from datetime import date, timedelta
from typing import Final

from services.applications.domain.life_cycle import IS_SERVED, LIFE_CYCLE, RUNS_OUT, State
from shared.calendar import WorkingDays
from shared.life_cycle import Wait
from shared.months import Month
from shared.schemes.decide.deadlines import deadline
from shared.schemes.terms import Terms

FILING: Final = "filing"
"""The programmes' step in which a disbursement is filed with the pool."""

FIRST_REVIEW: Final = frozenset(
    state for state, wait in LIFE_CYCLE.waits.items() if wait.step == "first_review"
)
"""Where a case stands while it is first reviewed: one step with one clock."""

REPORTED_BY_DAY: Final = 10
"""The report of a month is due on the tenth of the next (D, step 11, assumed)."""


def step_of(state: str | None) -> str:
    """The step whose clock runs while a case stands there; "" where none does."""
    wait = LIFE_CYCLE.waits.get(state) if state else None
    return wait.step if wait else ""


def due_on(
    wait: Wait, *, terms: Terms | None, today: date, working_days: WorkingDays
) -> date | None:
    """The day by which what begins to wait today should be moved on.

    The programme's own deadline for the step goes before the usual working days; `terms` is None
    where no programme is in force, and the usual ones go on.
    """
    if wait.working_days is None:
        return None
    if terms is not None and wait.step in terms.deadlines:
        return deadline(wait.step, today, terms, working_days)
    return working_days.add(today, wait.working_days)


def filed_by(paid_on: date, *, terms: Terms, working_days: WorkingDays) -> date | None:
    """The last day on which a disbursement of a day may be filed; None where the programme sets no
    term, and it is filed while capacity is held."""
    if FILING not in terms.deadlines:
        return None
    return deadline(FILING, paid_on, terms, working_days)


def runs_out_after(reserved_until: date, *, terms: Terms | None, working_days: WorkingDays) -> date:
    """The last day on which the bank can still file what it paid out while capacity was held."""
    if terms is None:
        return reserved_until
    last = filed_by(reserved_until, terms=terms, working_days=working_days)
    return reserved_until if last is None else max(last, reserved_until)


def shown_due(
    state: State, *, reported_to: Month | None, reserved_until: date | None, stored: date | None
) -> date | None:
    """The day by which the wait should end: the reservation's end, the next report, or the stored.

    `reported_to` is the youngest reported month, or that of disbursement minus one.
    """
    if state in RUNS_OUT:
        return reserved_until
    if state in IS_SERVED and reported_to is not None:
        return reported_to.after.after.day(REPORTED_BY_DAY)
    return stored


def lamp_days(lamp: str, *, today: date, working_days: WorkingDays) -> tuple[date, date]:
    """Between which days what is red, or yellow, is due: from the first, before the second."""
    last_worked = working_days.add(today + timedelta(days=1), -1)
    if lamp == "red":
        return date.min, last_worked
    return last_worked, working_days.add(today, YELLOW_DAYS + 1)


YELLOW_DAYS: Final = 2
"""So many working days before the end a lamp turns yellow."""


def lamp(due: date | None, *, working_days_left: int | None) -> str:
    """What the queue shows: "red" when late, "yellow" in the last two days, else "green"."""
    if due is None or working_days_left is None:
        return "none"
    if working_days_left < 0:
        return "red"
    return "yellow" if working_days_left <= YELLOW_DAYS else "green"

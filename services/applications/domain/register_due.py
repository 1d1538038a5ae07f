"""By when the registers are to enter a pledge, its longer term, a new name of its pledgor, and its end.

No rule says by which day the parties must apply: a pledge simply does not exist before it is entered
(Civil Code art. 444). The term is the one in which the register itself enters what it is asked to
(programmes.md D 8a to 8c; 24: a cancellation as a registration; D.1: what is changed, the name of a
party or the secured amount, is entered by the same registers, which state no term of its own), counted from the day on which there
was something to enter. While a case waits with its capacity reserved, the reservation's end is the
day. What ends a duty is the register's entry alone. Assumed, and told as such.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from services.applications.domain.pledge_file import REGISTERS, Register, register_of
from services.applications.domain.waiting import lamp
from shared.calendar import WorkingDays

Duty = Literal["register", "extend", "change", "cancel"]


@dataclass(frozen=True, slots=True)
class Term:
    """How long a register takes to enter what it is asked to."""

    days: int
    are_worked: bool
    zh: str
    en: str


TERMS: Final[Mapping[Register, Term]] = {
    "patent": Term(5, True, "5 个工作日（网上 2 个）", "5 working days (online 2)"),
    "trademark": Term(2, True, "2 个工作日", "2 working days"),
    "copyright": Term(10, False, "10 日", "10 days"),
    "other": Term(10, True, "10 个工作日（假定）", "10 working days (assumed)"),
}
RESERVATION: Final = Term(0, False, "额度预留期内", "while capacity is reserved")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterDue:
    """One duty: since when, by which day, by which term, and how near that is."""

    duty: Duty
    since: date
    due_on: date
    term: Term
    source: str
    working_days_left: int
    lamp: str


def entered_by(kind: str, since: date, working_days: WorkingDays) -> date:
    """The last day of the term of a right's register from a day on, which is not counted."""
    term = TERMS[register_of(kind)]
    if term.are_worked:
        return working_days.add(since, term.days)
    return since + timedelta(days=term.days)


def register_due(
    row: Mapping[str, Any], *, today: date, working_days: WorkingDays
) -> RegisterDue:  # fmt: skip
    """A duty as it is kept: duty, kind of right, `since`, `due_on`, and `is_fixed` where the day is that
    of a reservation."""
    register = register_of(row["kind"])
    is_fixed: bool = row["is_fixed"]
    due_on: date = row["due_on"]
    left = working_days.between(today, due_on)
    return RegisterDue(
        duty=row["duty"],
        since=row["since"],
        due_on=due_on,
        term=RESERVATION if is_fixed else TERMS[register],
        source="" if is_fixed else REGISTERS[register].source,
        working_days_left=left,
        lamp=lamp(due_on, working_days_left=left),
    )

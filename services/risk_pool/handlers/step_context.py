"""Who takes a step of a case, when, and by which calendar; the same for every step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.life_cycle import Person


def any_version(version: int) -> None:
    """Whoever has not said which version they saw takes the case as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext:
    """What a step of a case comes with, whatever the step."""

    by: Person
    now: datetime
    working_days: WorkingDays
    check_version: Callable[[int], None] = any_version
    """Raises where the caller has seen another version of the case than the current one."""

    @property
    def today(self) -> date:
        """The day in China."""
        return business_date(self.now)

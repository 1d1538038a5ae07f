"""When a receiver of people may be told: its quiet hours, and whether on working days alone.

Times are those of Asia/Shanghai, by the clock that delivery goes by. What falls into quiet hours
waits for their end; what is urgent (`domain/urgent.py`) waits for nothing. Machines have no hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from services.notifications.domain.receivers import EMAIL
from shared.refusals import FieldFault, FieldsWrong

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
MIDNIGHT: Final = time(0)


class KnowsWorkingDays(Protocol):
    """The calendar, as far as it is asked here."""

    def is_working(self, day: Any) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Quiet from a time until another, over midnight where the second is the earlier one."""

    quiet_from: time | None = None
    quiet_until: time | None = None
    working_days_only: bool = False

    def told_at(self, now: datetime, working_days: KnowsWorkingDays) -> datetime:
        """The first moment from now on at which something may be told: now itself, or the end of the
        quiet time that now falls into."""
        if self == ALWAYS:
            return now
        at = now.astimezone(SHANGHAI)
        while (then := self._not_before(at, working_days)) != at:
            at = then
        return now if at == now else at

    def _not_before(self, at: datetime, working_days: KnowsWorkingDays) -> datetime:
        """One step on: past a day off, past quiet hours; the same moment where it is in neither."""
        if self.working_days_only and not working_days.is_working(at.date()):
            return datetime.combine(at.date() + timedelta(days=1), MIDNIGHT, SHANGHAI)
        begins, ends = self.quiet_from, self.quiet_until
        if begins is None or ends is None:
            return at
        clock = at.time()
        is_over_midnight = ends < begins
        is_quiet = clock >= begins or clock < ends if is_over_midnight else begins <= clock < ends
        if not is_quiet:
            return at
        day = at.date() + timedelta(days=1 if is_over_midnight and clock >= begins else 0)
        return datetime.combine(day, ends, SHANGHAI)


ALWAYS: Final = Hours()
"""Told at any hour of any day."""


def hours_of(row: Mapping[str, Any]) -> Hours:
    """The hours that a receiver's row keeps."""
    return Hours(
        quiet_from=row["quiet_from"],
        quiet_until=row["quiet_until"],
        working_days_only=row["working_days_only"],
    )


def usual_hours(channel: str, quiet: Hours) -> Hours:
    """The hours of a receiver whose owner says none. A letter wakes nobody; a telephone does, so that
    SMS and group robots are quiet as the installation has it."""
    return ALWAYS if channel == EMAIL else quiet


def require_hours(hours: Hours) -> None:
    """Refuse quiet hours that lack one end, or that never end."""
    if (hours.quiet_from is None) != (hours.quiet_until is None):
        missing = "quiet_from" if hours.quiet_from is None else "quiet_until"
        raise FieldsWrong(
            [
                FieldFault(
                    ("hours", missing),
                    "quiet-hours-incomplete",
                    "免打扰时段须同时填写起止时间",
                    "Quiet hours have a beginning and an end.",
                )
            ]
        )
    if hours.quiet_from is not None and hours.quiet_from == hours.quiet_until:
        raise FieldsWrong(
            [
                FieldFault(
                    ("hours", "quiet_until"),
                    "quiet-hours-never-end",
                    "免打扰时段的起止时间不能相同；如不需接收，请暂停",
                    "Quiet hours end at another time than they begin; to hear nothing, pause it.",
                )
            ]
        )

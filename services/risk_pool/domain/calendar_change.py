"""A change of the calendar as a case: proposed by one person, put in force by another.

Either the State Council's notice for a year, with every day that is not worked or free as its weekday
says, or single days that turn out otherwise. The calendar is one for the whole house: the notice binds
the whole country, and a deadline that banks of several pools share must not end on two days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from shared.calendar import WorkingDays
from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.refusals import FieldFault, FieldsWrong, Refused

MOST_DAYS: Final = 200
MOST_YEARS_AHEAD: Final = 2


class State(StrEnum):
    """Where a change stands."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REFUSED = "refused"


class Action(StrEnum):
    """What is done with a change."""

    PROPOSE = "propose"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


_PROPOSES = frozenset({"pool_manager", "admin"})
_DECIDES = frozenset({"pool_manager", "approver"})
_NOT_THE_PROPOSER = "another person than the proposer"

LIFE_CYCLE = LifeCycle(
    goal=State.IN_FORCE,
    noun=Words("日历变更", "change of the calendar"),
    moves=(
        Move(None, Action.PROPOSE, State.PROPOSED, _PROPOSES),
        Move(
            State.PROPOSED,
            Action.APPROVE,
            State.IN_FORCE,
            _DECIDES,
            guards=(_NOT_THE_PROPOSER,),
            tells=("calendar.changed.v1",),
        ),
        Move(State.PROPOSED, Action.REFUSE, State.REFUSED, _DECIDES),
        Move(State.PROPOSED, Action.WITHDRAW, State.REFUSED, _PROPOSES),
    ),
    guards={_NOT_THE_PROPOSER: another_person_than("proposed_by", zh="批准", en="approving")},
    states={
        State.PROPOSED: Words("已提出，待批准", "proposed, to be approved"),
        State.IN_FORCE: Words("已生效", "in force"),
        State.REFUSED: Words("未采用", "refused"),
    },
    actions={
        Action.PROPOSE: Words("提出", "proposed"),
        Action.APPROVE: Words("批准", "approved"),
        Action.REFUSE: Words("退回", "refused"),
        Action.WITHDRAW: Words("撤回", "withdrawn"),
    },
    waits={
        State.PROPOSED: Wait(
            roles=("pool_manager", "approver"),
            words=Words("等待另一人批准", "waits for a second person to approve it"),
        ),
    },
)


class CalendarIsForAll(Refused):
    """Every pool counts by the calendar: it is changed by people who belong to all of them."""

    code: ClassVar[str] = "calendar-for-all-pools"
    status: ClassVar[int] = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is proposed. `days` in the order they were said in, whether each is worked."""

    year: int | None
    days: tuple[tuple[date, bool], ...]

    def require_sensible(self, calendar: WorkingDays, *, today: date) -> None:
        """Raises FieldsWrong with everything that is wrong of the year and of each day."""
        faults = [*self._faults_of_year(today), *self._faults_of_days(calendar, today)]
        if faults:
            raise FieldsWrong(faults)

    def _faults_of_year(self, today: date) -> list[FieldFault]:
        if self.year is None or today.year <= self.year <= today.year + MOST_YEARS_AHEAD:
            return []
        last = today.year + MOST_YEARS_AHEAD
        return [
            FieldFault(
                ("year",), "year-out-of-reach", f"年度须在 {today.year} 至 {last} 年之间",
                f"The year must be from {today.year} to {last}.",
            )
        ]  # fmt: skip

    def _faults_of_days(self, calendar: WorkingDays, today: date) -> list[FieldFault]:
        seen: set[date] = set()
        faults = []
        for place, (day, is_working) in enumerate(self.days):
            words = self._wrong_with(day, is_working, calendar, today, seen)
            if words:
                faults.append(FieldFault(("days", place, "day"), *words))
            seen.add(day)
        return faults

    def _wrong_with(
        self, day: date, is_working: bool, calendar: WorkingDays, today: date, seen: set[date]
    ) -> tuple[str, str, str] | None:
        if day in seen:
            return "day-twice", f"{day} 重复", f"{day} stands twice."
        if self.year is not None:
            if day.year != self.year:
                return (
                    "day-of-another-year",
                    f"{day} 不在 {self.year} 年",
                    f"{day} is not in {self.year}.",
                )
            return None
        if day < today:
            return (
                "day-is-past", f"{day} 已过：已过的日子不改，此前的期限不变",
                f"{day} is past: what has been counted stays.",
            )  # fmt: skip
        if day.year > today.year + MOST_YEARS_AHEAD:
            return "day-too-far-ahead", f"{day} 太远", f"{day} is too far ahead."
        if calendar.is_working(day) is is_working and not calendar.is_assumed(day):
            as_is = Words("工作日", "worked") if is_working else Words("休息日", "free")
            return "day-as-it-is", f"{day} 已是{as_is.zh}", f"{day} is {as_is.en} already."
        return None

    def as_data(self) -> list[Mapping[str, object]]:
        """The days as they are kept and told, in the order of the calendar."""
        return [{"day": day.isoformat(), "is_working": worked} for day, worked in sorted(self.days)]

"""A payment file (付款文件): orders to the bank that keeps the account, prepared by one person and
released by another. Only what is released can be downloaded."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from shared.calendar import WorkingDays
from shared.life_cycle import (
    Guard,
    LifeCycle,
    Move,
    Person,
    Row,
    Wait,
    Words,
    another_person_than,
)
from shared.refusals import Refused

MAKER: Final = frozenset({"finance_maker"})
CHECKER: Final = frozenset({"finance_checker"})
MOST_ORDERS: Final = 500


class State(StrEnum):
    """Where a file is."""

    PREPARED = "prepared"
    RELEASED = "released"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What is done to a file."""

    PREPARE = "prepare"
    RELEASE = "release"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class PreparedByAnother(Refused):
    """Only who prepared a file takes it back; others refuse it."""

    code: ClassVar[str] = "prepared-by-another"
    status: ClassVar[int] = 403


class ExecutionDayPassed(Refused):
    """The bank was to pay on a day that has passed; the orders are prepared anew."""

    code: ClassVar[str] = "execution-day-passed"


class ExecutionDayNotWorking(Refused):
    """The bank was to pay on a day on which banks do not pay."""

    code: ClassVar[str] = "execution-day-not-working"
    status: ClassVar[int] = 422
    place: ClassVar[tuple[str, ...]] = ("body", "execution_on")


class NotReleasedYet(Refused):
    """Nothing leaves the house that one person has prepared and nobody else released."""

    code: ClassVar[str] = "payment-file-not-released"


class ItemNotPayable(Refused):
    """What an order was to pay is not to be paid any more, or not yet: its claim is held."""

    code: ClassVar[str] = "item-not-payable"


def _who_prepared_it(case: Row, by: Person) -> Refused | None:
    if case["prepared_by"] == by.subject:
        return None
    return PreparedByAnother(
        "只有制单人本人可以撤回。", "Only the person who prepared it may withdraw it."
    )


_NOT_WHO_PREPARED = "another person than who prepared it"
_WHO_PREPARED = "the person who prepared it"
_GUARDS: dict[str, Guard] = {
    _NOT_WHO_PREPARED: another_person_than("prepared_by", zh="放行", en="the release"),
    _WHO_PREPARED: _who_prepared_it,
}

LIFE_CYCLE: Final = LifeCycle(
    goal=State.RELEASED,
    noun=Words("付款文件", "payment file"),
    moves=(
        Move(None, Action.PREPARE, State.PREPARED, MAKER),
        Move(State.PREPARED, Action.RELEASE, State.RELEASED, CHECKER, guards=(_NOT_WHO_PREPARED,)),
        Move(State.PREPARED, Action.REFUSE, State.REFUSED, CHECKER),
        Move(State.PREPARED, Action.WITHDRAW, State.WITHDRAWN, MAKER, guards=(_WHO_PREPARED,)),
    ),
    guards=_GUARDS,
    states={
        State.PREPARED: Words("待放行", "to be released"),
        State.RELEASED: Words("已放行", "released"),
        State.REFUSED: Words("不予放行", "refused"),
        State.WITHDRAWN: Words("已撤回", "withdrawn"),
    },
    actions={
        Action.PREPARE: Words("制单", "prepared"),
        Action.RELEASE: Words("放行", "released"),
        Action.REFUSE: Words("不予放行", "refused"),
        Action.WITHDRAW: Words("撤回", "withdrawn"),
    },
    waits={
        State.PREPARED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人放行", "waits for another person to release it"),
        ),
    },
)

TO_DOWNLOAD: Final = frozenset({State.RELEASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An open item that is to be paid, as far as it is open and nobody has entered it."""

    item: str
    confirm_double_of: UUID | None = None
    """The cash entry that the payment resembles and is not."""


def require_execution_day(day: date, *, today: date, working_days: WorkingDays) -> None:
    """Banks pay on working days. Raises ExecutionDayPassed, ExecutionDayNotWorking."""
    if day < today:
        raise ExecutionDayPassed(
            f"指定付款日 {day} 已过，请撤回后重新制单。",
            f"The bank was to pay on {day}, which has passed; prepare the orders anew.",
            execution_on=day.isoformat(),
        )
    if not working_days.is_working(day):
        following = working_days.add(day, 0)
        raise ExecutionDayNotWorking(
            f"{day} 不是工作日，银行不付款；其后第一个工作日为 {following}。",
            f"{day} is no working day, banks do not pay then; the next one is {following}.",
            execution_on=day.isoformat(),
            next_working_day=following.isoformat(),
        )

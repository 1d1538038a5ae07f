"""The dedicated account of a pool (专户): which bank keeps it, under which number, by two persons."""

from enum import StrEnum
from typing import ClassVar, Final

from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.refusals import Refused

ENTERS: Final = frozenset({"finance_maker", "pool_manager"})
CONFIRMS: Final = frozenset({"finance_checker"})


class State(StrEnum):
    """Where an account is."""

    ENTERED = "entered"
    IN_USE = "in_use"
    REFUSED = "refused"


class Action(StrEnum):
    """What is done to an account."""

    ENTER = "enter"
    CONFIRM = "confirm"
    REFUSE = "refuse"


_NOT_WHO_ENTERED = "another person than who entered it"

LIFE_CYCLE: Final = LifeCycle(
    goal=State.IN_USE,
    noun=Words("专户登记", "account"),
    moves=(
        Move(None, Action.ENTER, State.ENTERED, ENTERS),
        Move(State.ENTERED, Action.CONFIRM, State.IN_USE, CONFIRMS, guards=(_NOT_WHO_ENTERED,)),
        Move(State.ENTERED, Action.REFUSE, State.REFUSED, CONFIRMS, guards=(_NOT_WHO_ENTERED,)),
    ),
    guards={_NOT_WHO_ENTERED: another_person_than("entered_by", zh="复核", en="the confirmation")},
    states={
        State.ENTERED: Words("已登记，待复核", "entered"),
        State.IN_USE: Words("使用中", "in use"),
        State.REFUSED: Words("不予采用", "refused"),
    },
    actions={
        Action.ENTER: Words("登记", "entered"),
        Action.CONFIRM: Words("复核", "confirmed"),
        Action.REFUSE: Words("不予采用", "refused"),
    },
    waits={
        State.ENTERED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人复核", "waits for a second person's confirmation"),
        ),
    },
)

LIVE: Final = frozenset({State.ENTERED, State.IN_USE})
"""No other pool may have the same number meanwhile."""


class AccountTaken(Refused):
    """The number is an account of this pool or another already."""

    code: ClassVar[str] = "account-taken"


class NoAccount(Refused):
    """The pool has no account in use, or several, and none was named."""

    code: ClassVar[str] = "account-not-named"
    status: ClassVar[int] = 422

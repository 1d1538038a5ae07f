"""Where a party is paid (收款账户): a dated fact, entered by one person and confirmed by another."""

from enum import StrEnum
from typing import ClassVar, Final

from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.refusals import Refused

ENTERS: Final = frozenset({"finance_maker", "pool_manager"})
CONFIRMS: Final = frozenset({"finance_checker"})


class Purpose(StrEnum):
    """What is paid to it: what the pool owes the party, or what lies with it in escrow."""

    PAYMENT = "payment"
    ESCROW = "escrow"


class State(StrEnum):
    """Where an account is."""

    ENTERED = "entered"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Action(StrEnum):
    """What is done to an account."""

    ENTER = "enter"
    CONFIRM = "confirm"
    REFUSE = "refuse"


_NOT_WHO_ENTERED = "another person than who entered it"

LIFE_CYCLE: Final = LifeCycle(
    goal=State.CONFIRMED,
    noun=Words("收款账户", "payee's account"),
    moves=(
        Move(None, Action.ENTER, State.ENTERED, ENTERS),
        Move(State.ENTERED, Action.CONFIRM, State.CONFIRMED, CONFIRMS, guards=(_NOT_WHO_ENTERED,)),
        Move(State.ENTERED, Action.REFUSE, State.REFUSED, CONFIRMS, guards=(_NOT_WHO_ENTERED,)),
    ),
    guards={_NOT_WHO_ENTERED: another_person_than("entered_by", zh="复核", en="the confirmation")},
    states={
        State.ENTERED: Words("已登记，待复核", "entered"),
        State.CONFIRMED: Words("已复核", "confirmed"),
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

IN_FORCE: Final = frozenset({State.CONFIRMED})
"""The one whose first day is the latest until then is paid to; of one day, the last confirmed."""


class PayeeAccountChanged(Refused):
    """A payee has another account by now than when the file was prepared."""

    code: ClassVar[str] = "payee-account-changed"

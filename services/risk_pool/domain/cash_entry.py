"""Cash entries (专户收付登记): what moves the dedicated account, by two persons.

One of finance enters what came in or went out, with the bank's reference and the day on which the
bank booked it; another releases it, or the account's own statement confirms it. Only then is it in
the ledger, and only so does money get there.
"""

from enum import StrEnum
from typing import ClassVar, Final

from shared.life_cycle import (
    SYSTEM_ROLE,
    Actor,
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

MAKER = frozenset({"finance_maker"})
CHECKER = frozenset({"finance_checker"})


THE_ACCOUNT: Final = Actor("statement-of-account", "专户对账单", frozenset({SYSTEM_ROLE}))
"""Who releases what a statement of the account has confirmed."""


class Kind(StrEnum):
    """What an entry says of the money."""

    CONTRIBUTION = "contribution"
    INTEREST = "interest"
    FEE = "fee"
    RECEIPT = "receipt"
    PAYMENT = "payment"
    SET_ASIDE = "set_aside"
    REVERSAL = "reversal"


KIND_WORDS: dict[str, Words] = {
    Kind.CONTRIBUTION: Words("出资到账", "contribution"),
    Kind.INTEREST: Words("专户利息", "interest of the account"),
    Kind.FEE: Words("管理费用", "fee"),
    Kind.RECEIPT: Words("收款", "receipt"),
    Kind.PAYMENT: Words("付款", "payment"),
    Kind.SET_ASIDE: Words("转入保证金", "moved into escrow"),
    Kind.REVERSAL: Words("冲正", "reversal"),
}

COMES_IN = frozenset({Kind.CONTRIBUTION, Kind.INTEREST, Kind.RECEIPT})
"""Those by which money comes into the account; by the others it leaves it."""

OF_AN_ITEM = frozenset({Kind.RECEIPT, Kind.PAYMENT, Kind.SET_ASIDE})
"""Those that settle something that is owed, or to be set aside."""

MAY_BE_PLANNED = frozenset({Kind.CONTRIBUTION, Kind.FEE})
"""Those that may be what an agreement has planned, and then name it."""


class State(StrEnum):
    """Where an entry is."""

    ENTERED = "entered"
    RELEASED = "released"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What is done to an entry."""

    ENTER = "enter"
    RELEASE = "release"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    DROP = "drop"


class EnteredByAnother(Refused):
    """Only who entered something takes it back; others refuse it."""

    code: ClassVar[str] = "entered-by-another"
    status: ClassVar[int] = 403


def _who_entered_it(case: Row, by: Person) -> Refused | None:
    if case["entered_by"] == by.subject:
        return None
    return EnteredByAnother(
        "只有登记人本人可以撤回。", "Only the person who entered it may withdraw it."
    )


_NOT_WHO_ENTERED = "another person than who entered it"
_WHO_ENTERED = "the person who entered it"
_GUARDS: dict[str, Guard] = {
    _NOT_WHO_ENTERED: another_person_than("entered_by", zh="放行", en="the release"),
    _WHO_ENTERED: _who_entered_it,
}

LIFE_CYCLE = LifeCycle(
    goal=State.RELEASED,
    noun=Words("收付登记", "cash entry"),
    moves=(
        Move(None, Action.ENTER, State.ENTERED, MAKER),
        Move(State.ENTERED, Action.RELEASE, State.RELEASED, CHECKER, guards=(_NOT_WHO_ENTERED,)),
        Move(State.ENTERED, Action.CONFIRM, State.RELEASED, frozenset({SYSTEM_ROLE})),
        Move(State.ENTERED, Action.REFUSE, State.REFUSED, CHECKER),
        Move(State.ENTERED, Action.WITHDRAW, State.WITHDRAWN, MAKER, guards=(_WHO_ENTERED,)),
        Move(State.ENTERED, Action.DROP, State.WITHDRAWN, frozenset({SYSTEM_ROLE})),
    ),
    guards=_GUARDS,
    states={
        State.ENTERED: Words("待放行", "to be released"),
        State.RELEASED: Words("已入账", "booked"),
        State.REFUSED: Words("不予放行", "refused"),
        State.WITHDRAWN: Words("已撤回", "withdrawn"),
    },
    actions={
        Action.ENTER: Words("登记", "entered"),
        Action.RELEASE: Words("放行入账", "released"),
        Action.CONFIRM: Words("专户流水确认", "confirmed by the account"),
        Action.REFUSE: Words("不予放行", "refused"),
        Action.WITHDRAW: Words("撤回", "withdrawn"),
        Action.DROP: Words("随付款指令撤销", "dropped with its payment order"),
    },
    waits={
        State.ENTERED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人放行", "waits for another person to release it"),
        ),
    },
)

LIVE = frozenset({State.ENTERED, State.RELEASED})
"""Booked, or about to be."""

WAITING = frozenset({State.ENTERED})
BOOKED = frozenset({State.RELEASED})

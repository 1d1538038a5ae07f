"""The opening of a pool (期初接管): what a county kept in its own books comes in, by two persons.

One of finance brings the county's workbook in, as often as it takes until nothing in it is wrong and
every difference is nought, and proposes it. Then the loans are announced to the service that keeps
them, which answers for each. Another person takes over: in one transaction all of it is booked on the
eve of the pool's first day, and what lies before that day is closed.
"""

from enum import StrEnum
from typing import ClassVar, Final

from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move, Wait, Words, another_person_than
from shared.refusals import Refused

OPENING: Final = "opening:"
"""How the references begin of whatever an opening has booked or left open."""

BALANCE: Final = f"{OPENING}totals:balance"
"""The reference of the one transfer by which an opening moves cash."""

TAKEN_OVER: Final = "opening-balance"
"""The kind of the transfers of an opening."""


class State(StrEnum):
    """Where an opening is."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    TAKEN_OVER = "taken_over"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What is done to an opening."""

    BEGIN = "begin"
    BRING_IN = "bring_in"
    PROPOSE = "propose"
    RETURN = "return"
    TAKE_BACK = "take_back"
    TAKE_OVER = "take_over"
    WITHDRAW = "withdraw"


class PoolHasBookings(Refused):
    """Something is booked already; opening balances come before everything else."""

    code: ClassVar[str] = "pool-has-bookings"


class OpeningBegun(Refused):
    """The pool has an opening that is not withdrawn."""

    code: ClassVar[str] = "opening-begun"


class OpeningIncomplete(Refused):
    """Something in it is wrong, missing or does not add up; all of it is named."""

    code: ClassVar[str] = "opening-incomplete"


class LoansNotAnswered(Refused):
    """The service that keeps the loans has refused some, or has not answered for all of them."""

    code: ClassVar[str] = "loans-not-answered"


MAKER, CHECKER = frozenset({"finance_maker"}), frozenset({"finance_checker"})
_ANOTHER = "another person than who proposed it"

LIFE_CYCLE = LifeCycle(
    goal=State.TAKEN_OVER,
    noun=Words("期初接管", "opening"),
    moves=(
        # The first file begins it.
        Move(None, Action.BEGIN, State.DRAFT, frozenset({SYSTEM_ROLE})),
        Move(State.DRAFT, Action.BRING_IN, State.DRAFT, MAKER),
        Move(State.DRAFT, Action.PROPOSE, State.PROPOSED, MAKER),
        Move(State.DRAFT, Action.WITHDRAW, State.WITHDRAWN, MAKER),
        Move(State.PROPOSED, Action.TAKE_BACK, State.DRAFT, MAKER),
        Move(State.PROPOSED, Action.RETURN, State.DRAFT, CHECKER),
        Move(State.PROPOSED, Action.TAKE_OVER, State.TAKEN_OVER, CHECKER, guards=(_ANOTHER,)),
    ),
    guards={_ANOTHER: another_person_than("proposed_by", zh="接管", en="the take-over")},
    states={
        State.DRAFT: Words("草稿", "draft"),
        State.PROPOSED: Words("待接管", "to be taken over"),
        State.TAKEN_OVER: Words("已接管入账", "taken over and booked"),
        State.WITHDRAWN: Words("已作废", "given up"),
    },
    actions={
        Action.BEGIN: Words("开始", "begun"),
        Action.BRING_IN: Words("导入", "brought in"),
        Action.PROPOSE: Words("提出", "proposed"),
        Action.RETURN: Words("退回", "sent back"),
        Action.TAKE_BACK: Words("收回", "taken back"),
        Action.TAKE_OVER: Words("接管入账", "taken over"),
        Action.WITHDRAW: Words("作废", "withdrawn"),
    },
    waits={
        State.DRAFT: Wait(
            roles=("finance_maker",),
            words=Words("等待财务经办导入、核平并提出", "Finance is to complete and propose it."),
        ),
        State.PROPOSED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人接管入账", "waits for another person to take it over"),
        ),
    },
)

LIVE = frozenset({State.DRAFT, State.PROPOSED, State.TAKEN_OVER})
"""A pool has one of these at most."""

BOOKED = frozenset({State.TAKEN_OVER})

WAITS_FOR_ANSWERS = frozenset({State.PROPOSED})
"""While it stands here, its loans are being answered for."""

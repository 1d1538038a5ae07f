"""Disposal of pledged rights (质物处置): a case from its opening to its closing by two persons.

The rights of a loan that went bad are appraised, offered in rounds, and sold, licensed or stored.
The money is not booked here: the bank reports it as recoveries that name the disposal.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than

BANK = frozenset({"bank_operator"})
MAKER = frozenset({"finance_maker"})
CHECKER = frozenset({"finance_checker"})
ENDERS = frozenset({"finance_checker", "pool_manager"})
_RUNS_IT = BANK | MAKER


class State(StrEnum):
    """Where a disposal is."""

    OPEN = "open"
    OFFERED = "offered"
    SOLD = "sold"
    CLOSING = "closing"
    CLOSED = "closed"
    NO_RESULT = "no_result"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What is done to a disposal."""

    OPEN = "open"
    APPRAISE = "appraise"
    OFFER = "offer"
    FAIL_ROUND = "fail_round"
    SELL = "sell"
    ADD_COST = "add_cost"
    PROPOSE_CLOSING = "propose_closing"
    SEND_BACK = "send_back"
    CLOSE = "close"
    END = "end"
    WITHDRAW = "withdraw"


class Way(StrEnum):
    """How the rights are disposed of."""

    LISTING = "listing"
    AUCTION = "auction"
    AGREEMENT = "agreement"
    LICENCE = "licence"
    STORAGE = "storage"


WAYS: Final[Mapping[str, Words]] = {
    Way.LISTING: Words("挂牌转让", "listing"),
    Way.AUCTION: Words("拍卖", "auction"),
    Way.AGREEMENT: Words("协议转让", "sale by agreement"),
    Way.LICENCE: Words("许可", "licence"),
    Way.STORAGE: Words("收储", "storage purchase"),
}
NOT_BELOW_THE_PRICE: Final = frozenset({Way.LISTING, Way.AUCTION})
"""Open offers: nobody gets the rights below the price of the round (拍卖法 art. 50)."""
ROUTE_OF: Final[Mapping[str, str]] = {
    Way.LISTING: "sale",
    Way.AUCTION: "auction",
    Way.AGREEMENT: "discount",
    Way.LICENCE: "sale",
    Way.STORAGE: "sale",
}
"""As what a recovery reports the money (拍卖、变卖、折价, Civil Code art. 436)."""

_ANOTHER = "another person than the proposer"
_NOT_THE_OPENER = "another person than the opener"
_ENDED = ("disposal.ended.v1",)

LIFE_CYCLE = LifeCycle(
    goal=State.CLOSED,
    noun=Words("质物处置", "disposal"),
    moves=(
        Move(None, Action.OPEN, State.OPEN, _RUNS_IT, tells=("disposal.opened.v1",)),
        Move(State.OPEN, Action.APPRAISE, State.OPEN, _RUNS_IT),
        Move(State.OPEN, Action.OFFER, State.OFFERED, _RUNS_IT),
        Move(State.OFFERED, Action.FAIL_ROUND, State.OPEN, _RUNS_IT),
        Move(State.OFFERED, Action.SELL, State.SOLD, _RUNS_IT, tells=("disposal.sold.v1",)),
        Move(State.OPEN, Action.ADD_COST, State.OPEN, _RUNS_IT),
        Move(State.OFFERED, Action.ADD_COST, State.OFFERED, _RUNS_IT),
        Move(State.SOLD, Action.ADD_COST, State.SOLD, _RUNS_IT),
        Move(State.SOLD, Action.PROPOSE_CLOSING, State.CLOSING, _RUNS_IT,
             tells=("disposal.closing-proposed.v1",)),
        Move(State.CLOSING, Action.SEND_BACK, State.SOLD, CHECKER),
        Move(State.CLOSING, Action.CLOSE, State.CLOSED, CHECKER, guards=(_ANOTHER,),
             tells=_ENDED),
        Move(State.OPEN, Action.END, State.NO_RESULT, ENDERS, guards=(_NOT_THE_OPENER,),
             tells=_ENDED),
        Move(State.OPEN, Action.WITHDRAW, State.WITHDRAWN, _RUNS_IT, tells=_ENDED),
        Move(State.OFFERED, Action.WITHDRAW, State.WITHDRAWN, _RUNS_IT, tells=_ENDED),
    ),
    guards={
        _ANOTHER: another_person_than("proposed_by", zh="结案", en="the closing"),
        _NOT_THE_OPENER: another_person_than("opened_by", zh="终结", en="the ending"),
    },
    states={
        State.OPEN: Words("处置中", "open"),
        State.OFFERED: Words("挂出中", "on offer"),
        State.SOLD: Words("已成交", "sold"),
        State.CLOSING: Words("待结案", "to be closed"),
        State.CLOSED: Words("已结案", "closed"),
        State.NO_RESULT: Words("无果终结", "ended without result"),
        State.WITHDRAWN: Words("已撤回", "withdrawn"),
    },
    actions={
        Action.OPEN: Words("立案", "opened"),
        Action.APPRAISE: Words("登记评估值", "appraised"),
        Action.OFFER: Words("挂出", "offered"),
        Action.FAIL_ROUND: Words("登记流拍", "marked as failed in this round"),
        Action.SELL: Words("登记成交", "sold"),
        Action.ADD_COST: Words("登记费用", "given a cost"),
        Action.PROPOSE_CLOSING: Words("提请结案", "proposed for closing"),
        Action.SEND_BACK: Words("退回", "sent back"),
        Action.CLOSE: Words("结案", "closed"),
        Action.END: Words("无果终结", "ended without result"),
        Action.WITHDRAW: Words("撤回", "withdrawn"),
    },
    waits={
        State.OPEN: Wait(
            roles=("bank_operator",),
            words=Words("等待评估并挂出", "waits to be appraised and offered"),
        ),
        State.OFFERED: Wait(
            roles=("bank_operator",),
            words=Words("等待成交或流拍", "waits for a buyer, or to fail"),
        ),
        State.SOLD: Wait(
            roles=("bank_operator",),
            words=Words("等待回款报告与提请结案", "waits for its money to be reported as recoveries"),
        ),
        State.CLOSING: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人结案", "waits for another person to close it"),
        ),
    },
)  # fmt: skip

LIVE: Final = frozenset({State.OPEN, State.OFFERED, State.SOLD, State.CLOSING})
"""Its rights are in no other disposal."""
HAS_PROCEEDS: Final = frozenset({State.SOLD, State.CLOSING, State.CLOSED})
"""Recoveries may name it."""

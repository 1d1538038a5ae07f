"""One order of a payment file (付款指令), and what the bank says became of it.

An open item stands in one live order at most. A file that is withdrawn or refused frees it, the
bank's rejection frees it, and the reversal of what was booked for it; nothing else does.
"""

from enum import StrEnum
from typing import ClassVar, Final

from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move, Wait, Words
from shared.refusals import Refused

_MAKER = frozenset({"finance_maker"})
_CHECKER = frozenset({"finance_checker"})
_SYSTEM = frozenset({SYSTEM_ROLE})


class State(StrEnum):
    """Where an order is."""

    PREPARED = "prepared"
    ORDERED = "ordered"
    FREED = "freed"
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TAKEN_BACK = "taken_back"


class Action(StrEnum):
    """What is done to an order; what the bank reports, the system does."""

    PREPARE = "prepare"
    RELEASE = "release"
    FREE = "free"
    AWAIT = "await"
    ACCEPT = "accept"
    REJECT = "reject"
    TAKE_BACK = "take_back"


class OrderLive(Refused):
    """The entry belongs to an order that stands: the file is withdrawn, or the bank rejects it."""

    code: ClassVar[str] = "order-live"


_SENT = (State.ORDERED, State.PENDING, State.ACCEPTED)

LIFE_CYCLE: Final = LifeCycle(
    goal=State.ACCEPTED,
    noun=Words("付款指令", "payment order"),
    moves=(
        Move(None, Action.PREPARE, State.PREPARED, _MAKER),
        Move(State.PREPARED, Action.RELEASE, State.ORDERED, _CHECKER),
        Move(State.PREPARED, Action.FREE, State.FREED, _SYSTEM),
        Move(State.ORDERED, Action.AWAIT, State.PENDING, _SYSTEM),
        Move(State.ORDERED, Action.ACCEPT, State.ACCEPTED, _SYSTEM),
        Move(State.PENDING, Action.ACCEPT, State.ACCEPTED, _SYSTEM),
        *(
            Move(one, Action.REJECT, State.REJECTED, _SYSTEM, tells=("payment.rejected.v1",))
            for one in _SENT
        ),
        *(Move(one, Action.TAKE_BACK, State.TAKEN_BACK, _SYSTEM) for one in _SENT),
    ),
    states={
        State.PREPARED: Words("已制单", "prepared"),
        State.ORDERED: Words("已放行，待银行回执", "released, not heard of"),
        State.FREED: Words("已随文件撤销", "freed with its file"),
        State.PENDING: Words("银行处理中", "pending at the bank"),
        State.ACCEPTED: Words("银行已受理", "accepted by the bank"),
        State.REJECTED: Words("银行拒绝", "rejected by the bank"),
        State.TAKEN_BACK: Words("付款已冲正", "its payment was reversed"),
    },
    actions={
        Action.PREPARE: Words("制单", "prepared"),
        Action.RELEASE: Words("放行", "released"),
        Action.FREE: Words("随文件撤销", "freed"),
        Action.AWAIT: Words("银行处理中", "pending"),
        Action.ACCEPT: Words("银行受理", "accepted"),
        Action.REJECT: Words("银行拒绝", "rejected"),
        Action.TAKE_BACK: Words("冲正", "taken back"),
    },
    waits={
        State.PREPARED: Wait(
            roles=("finance_checker",),
            words=Words("等待放行付款文件", "waits for the release of its file"),
        ),
        State.ACCEPTED: Wait(
            roles=("finance_maker",),
            words=Words("等待专户流水", "waits for the account to show it"),
        ),
        State.ORDERED: Wait(
            roles=("finance_maker",),
            words=Words("等待银行回执", "waits for the bank's report"),
        ),
        State.PENDING: Wait(
            roles=("finance_maker",),
            words=Words("等待银行处理", "waits for the bank"),
        ),
    },
)


def waits_for(state: str, *, is_booked: bool) -> Words | None:
    """What an order waits for. What the bank has accepted stays accepted until the account shows it,
    or two persons say so: only then has money moved."""
    if is_booked and state in SENT:
        return None
    wait = LIFE_CYCLE.waits.get(state)
    return wait.words if wait else None


LIVE: Final = frozenset({State.PREPARED, *_SENT})
"""The item stands in no other order meanwhile."""
UNRELEASED: Final = frozenset({State.PREPARED})
SENT: Final = frozenset(_SENT)

BANK_SAYS: Final = {
    **dict.fromkeys(("ACTC", "ACCP", "ACWC", "ACSP", "ACSC", "ACCC"), Action.ACCEPT),
    **dict.fromkeys(("PDNG", "RCVD"), Action.AWAIT),
    **dict.fromkeys(("RJCT", "CANC"), Action.REJECT),
}
"""ISO 20022 ExternalPaymentTransactionStatus1Code, by what it does to an order here. That the bank
has accepted an order books nothing: the account's statement does."""

REPORTED: Final = {
    Action.ACCEPT: State.ACCEPTED,
    Action.AWAIT: State.PENDING,
    Action.REJECT: State.REJECTED,
}
"""Where a report leads: an order that is there already is not moved again."""

_ADVICE: Final = {
    **dict.fromkeys(
        ("AC01", "AC03", "AC04", "AC06", "RC01", "BE01"),
        Words(
            "收款账户有误或不可用：请与收款方核实，由两人登记新的收款账户后重新制单。",
            "The payee's account is wrong or closed: ask the payee, have the right account entered "
            "by two persons, then prepare the order anew.",
        ),
    ),
    "AM04": Words(
        "专户余额不足：请补足后重新制单。",
        "The account held too little: have it filled up, then prepare the order anew.",
    ),
    **dict.fromkeys(
        ("AM05", "DU01", "DUPL"),
        Words(
            "银行认为重复：先查专户流水是否已付，确认未付后再重新制单。",
            "The bank takes it for a double: look in the account's statement whether it was paid; "
            "prepare it anew only if it was not.",
        ),
    ),
}
_OTHERWISE: Final = Words(
    "请向开户银行了解原因，改正后重新制单。",
    "Ask the bank why, mend it and prepare the order anew.",
)


_BOOKED: Final = Words(
    "该笔付款已记账：先由两人冲正，冲正后方可重新制单。",
    "The payment is booked: two persons reverse it first, then it may be ordered anew.",
)


def what_to_do(reason_code: str, *, is_booked: bool = False) -> Words:
    """What finance does about a rejection, by the bank's reason (ExternalStatusReason1Code), and
    first about what has been booked as paid."""
    advice = _ADVICE.get(reason_code, _OTHERWISE)
    if not is_booked:
        return advice
    return Words(f"{_BOOKED.zh}{advice.zh}", f"{_BOOKED.en} {advice.en}")

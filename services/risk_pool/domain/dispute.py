"""Disputes (争议): a party holds a line of its posted statement to be wrong.

The posted month stays as it is. What is disputed waits apart until two persons of finance have
decided: one proposes, another decides on the figures. What is upheld is booked in the first open
month; the rest is due again. A party may withdraw what it filed.
"""

from enum import StrEnum
from typing import ClassVar, Final

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

BANK = frozenset({"bank_operator"})
MAKER = frozenset({"finance_maker"})
CHECKER = frozenset({"finance_checker"})

WINDOW_WORKING_DAYS: Final = 10
"""Until when a line can be disputed, counted from the posting of its month. No measure says: it is
ours, and the same as the day by which a month is to be paid (`open_items.DUE_WORKING_DAYS`), so that
nobody has to pay before the time for looking has passed."""


class State(StrEnum):
    """Where a dispute is."""

    FILED = "filed"
    PROPOSED = "proposed"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What is done to a dispute."""

    FILE = "file"
    PROPOSE = "propose"
    SEND_BACK = "send_back"
    DECIDE = "decide"
    WITHDRAW = "withdraw"


class FiledByTheOtherSide(Refused):
    """What a bank filed itself the bank takes back, what finance filed by a letter finance."""

    code: ClassVar[str] = "filed-by-the-other-side"
    status: ClassVar[int] = 403


def _side_that_filed(case: Row, by: Person) -> Refused | None:
    if case["filed_by_bank"] == bool(by.roles & BANK):
        return None
    return FiledByTheOtherSide(
        "争议由提出的一方撤回。", "Whoever filed a dispute withdraws it: bank or finance."
    )


_NOT_THE_PROPOSER = "another person than the proposer"
_NOT_WHO_FILED = "another person than who filed it"
_WHO_FILED = "the side that filed it"
_GUARDS: dict[str, Guard] = {
    _NOT_THE_PROPOSER: another_person_than("proposed_by", zh="决定", en="the decision"),
    _NOT_WHO_FILED: another_person_than("filed_by", zh="决定", en="the decision"),
    _WHO_FILED: _side_that_filed,
}

LIFE_CYCLE = LifeCycle(
    goal=State.DECIDED,
    noun=Words("争议", "dispute"),
    moves=(
        Move(None, Action.FILE, State.FILED, BANK | MAKER, tells=("dispute.filed.v1",)),
        Move(State.FILED, Action.PROPOSE, State.PROPOSED, MAKER),
        Move(State.PROPOSED, Action.SEND_BACK, State.FILED, CHECKER),
        Move(
            State.PROPOSED,
            Action.DECIDE,
            State.DECIDED,
            CHECKER,
            guards=(_NOT_THE_PROPOSER, _NOT_WHO_FILED),
            tells=("dispute.decided.v1",),
        ),
        Move(
            State.FILED,
            Action.WITHDRAW,
            State.WITHDRAWN,
            BANK | MAKER,
            guards=(_WHO_FILED,),
            tells=("dispute.withdrawn.v1",),
        ),
        Move(
            State.PROPOSED,
            Action.WITHDRAW,
            State.WITHDRAWN,
            BANK | MAKER,
            guards=(_WHO_FILED,),
            tells=("dispute.withdrawn.v1",),
        ),
    ),
    guards=_GUARDS,
    states={
        State.FILED: Words("待审查", "to be looked at"),
        State.PROPOSED: Words("待决定", "to be decided"),
        State.DECIDED: Words("已决定", "decided"),
        State.WITHDRAWN: Words("已撤回", "withdrawn"),
    },
    actions={
        Action.FILE: Words("提出争议", "filed"),
        Action.PROPOSE: Words("拟定意见", "proposed"),
        Action.SEND_BACK: Words("退回重拟", "sent back"),
        Action.DECIDE: Words("决定", "decided"),
        Action.WITHDRAW: Words("撤回争议", "withdrawn"),
    },
    waits={
        State.FILED: Wait(
            roles=("finance_maker",),
            words=Words("等待财务审查", "waits for finance to look at it"),
        ),
        State.PROPOSED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人决定", "waits for another person's decision"),
        ),
    },
)

OPEN = frozenset({State.FILED, State.PROPOSED})
"""Not decided: its amount waits apart."""

LIVE = frozenset({State.FILED, State.PROPOSED, State.DECIDED})
"""A line has one of these at most; what was withdrawn may be filed again within the window."""

DECIDABLE = frozenset({State.PROPOSED})
"""Somebody has proposed what to do: there are figures to decide on."""

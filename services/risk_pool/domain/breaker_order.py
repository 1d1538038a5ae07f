"""An order to suspend or resume a bank, or a pool, by hand: one person proposes, another decides.

What is decided is carried out at once on the breaker (domain/breakers.py). A bank that was
suspended by hand is resumed by hand only.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from services.risk_pool.domain import breakers
from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.refusals import Refused


class State(StrEnum):
    """Where an order is."""

    PROPOSED = "proposed"
    CARRIED_OUT = "carried_out"
    REFUSED = "refused"


class Action(StrEnum):
    """What is done to an order."""

    PROPOSE = "propose"
    CONFIRM = "confirm"
    REFUSE = "refuse"


class Order(StrEnum):
    """What is to be done to the breaker."""

    SUSPEND = "suspend"
    RESUME = "resume"


MOVES: Mapping[str, str] = {
    Order.SUSPEND: breakers.Action.SUSPEND_BY_HAND,
    Order.RESUME: breakers.Action.RESUME_BY_HAND,
}
"""The move of the breaker by which an order is carried out."""

SEEN_BY_BANKS = frozenset({State.CARRIED_OUT})
"""What a bank learns of orders about itself."""

_MANAGER = frozenset({"pool_manager"})
_DECIDES = frozenset({"approver", "finance_checker"})
_ANOTHER = "another person than the proposer"

LIFE_CYCLE = LifeCycle(
    goal=State.CARRIED_OUT,
    noun=Words("暂停/恢复指令", "order on a breaker"),
    moves=(
        Move(None, Action.PROPOSE, State.PROPOSED, _MANAGER),
        Move(State.PROPOSED, Action.CONFIRM, State.CARRIED_OUT, _DECIDES, guards=(_ANOTHER,)),
        Move(State.PROPOSED, Action.REFUSE, State.REFUSED, _DECIDES),
    ),
    guards={_ANOTHER: another_person_than("proposed_by", zh="确认", en="the confirmation")},
    states={
        State.PROPOSED: Words("待决定", "to be decided"),
        State.CARRIED_OUT: Words("已执行", "carried out"),
        State.REFUSED: Words("未同意", "refused"),
    },
    actions={
        Action.PROPOSE: Words("提出", "proposed"),
        Action.CONFIRM: Words("确认执行", "carried out"),
        Action.REFUSE: Words("不予同意", "refused"),
    },
    waits={
        State.PROPOSED: Wait(
            roles=("approver", "finance_checker"),
            words=Words("等待另一人决定", "waits for a second person's decision"),
        )
    },
)

OPEN = frozenset({State.PROPOSED})


class OrderOpen(Refused):
    """One order at a time: the last one about this breaker is not decided."""

    code: ClassVar[str] = "order-open"

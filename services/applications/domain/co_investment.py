"""Co-investment beside a loan (投贷联动): a fund commits, and pays or withdraws."""

from datetime import date
from enum import StrEnum
from typing import Final, Literal

from shared.life_cycle import LifeCycle, Move, Wait, Words
from shared.refusals import FieldFault


class State(StrEnum):
    """Where a commitment stands."""

    COMMITTED = "committed"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What is done to it."""

    COMMIT = "commit"
    PAY = "pay"
    WITHDRAW = "withdraw"


InvestmentKind = Literal["equity", "convertible", "warrant"]

_KEEPERS: Final = frozenset({"bank_operator", "reviewer", "pool_manager"})
_TELLS: Final = ("co-investment.changed.v1",)

LIFE_CYCLE: Final = LifeCycle(
    goal=State.PAID,
    noun=Words("投资承诺", "commitment to invest"),
    moves=(
        Move(None, Action.COMMIT, State.COMMITTED, _KEEPERS, (), _TELLS),
        Move(State.COMMITTED, Action.PAY, State.PAID, _KEEPERS, (), _TELLS),
        Move(State.COMMITTED, Action.WITHDRAW, State.WITHDRAWN, _KEEPERS, (), _TELLS),
    ),
    states={
        State.COMMITTED: Words("已承诺", "committed"),
        State.PAID: Words("已出资", "paid"),
        State.WITHDRAWN: Words("已撤回", "withdrawn"),
    },
    actions={
        Action.COMMIT: Words("登记承诺", "recorded"),
        Action.PAY: Words("登记出资", "paid"),
        Action.WITHDRAW: Words("撤回", "withdrawn"),
    },
    waits={
        State.COMMITTED: Wait(
            roles=("bank_operator", "reviewer", "pool_manager"),
            words=Words("等待投资方出资", "the fund to pay"),
            stands=True,
        )
    },
)


def moved_on_faults(on: date, *, committed_on: date, today: date) -> list[FieldFault]:
    """A commitment is paid or withdrawn between its own day and today."""
    if committed_on <= on <= today:
        return []
    return [
        FieldFault(("on",), "out-of-order", f"须在 {committed_on} 至今日之间",
                   f"Between {committed_on} and today.")
    ]  # fmt: skip

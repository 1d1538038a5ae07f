"""Recoveries (追偿): what comes back after a claim, from the bank's report to its booking."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.risk_pool.domain.life_cycle import LifeCycle, Move, Waiting, Words
from shared.schemes.decide.findings import Finding


class State(StrEnum):
    """Where a recovery is."""

    REPORTED = "reported"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Action(StrEnum):
    """What is done to a recovery."""

    REPORT = "report"
    CONFIRM = "confirm"
    REFUSE = "refuse"


_CHECKER = frozenset({"finance_checker"})

LIFE_CYCLE = LifeCycle(
    noun=Words("追偿回款", "recovery"),
    moves=(
        Move(State.REPORTED, Action.CONFIRM, _CHECKER, State.CONFIRMED),
        Move(State.REPORTED, Action.REFUSE, _CHECKER, State.REFUSED),
    ),
    states={
        State.REPORTED: Words("已报告", "reported"),
        State.CONFIRMED: Words("已确认入账", "confirmed"),
        State.REFUSED: Words("已退回", "refused"),
    },
    actions={
        Action.REPORT: Words("报告", "reported"),
        Action.CONFIRM: Words("确认", "confirmed"),
        Action.REFUSE: Words("退回", "refused"),
    },
    waiting={
        State.REPORTED: Waiting(
            ("finance_checker",),
            Words("等待财务确认", "waits for confirmation by finance"),
            "recovery_return",
        )
    },
)

ROUTES = ("auction", "sale", "discount", "debtor", "litigation")
"""拍卖、变卖、折价、债务人还款、诉讼执行 (Civil Code art. 436, programmes B.13)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Money that a bank got in after the claim was approved."""

    received_on: date
    gross_fen: int
    costs_fen: int


def check(reported: Reported, *, approved_on: date, today: date) -> list[Finding]:
    """What comes in before the approval lowers the principal; it is no recovery (H.11)."""
    found = []
    if reported.received_on < approved_on:
        found.append(
            Finding(
                "received-before-approval",
                "",
                f"收款日早于补偿批准日 {approved_on}，应在申请中扣减本金。",
                f"It was received before the claim's approval on {approved_on}: it lowers the "
                "principal claimed, it is no recovery.",
                field="/received_on",
            )
        )
    if reported.received_on > today:
        found.append(
            Finding(
                "received-in-the-future",
                "",
                "收款日不能晚于今天。",
                "The day of receipt is in the future.",
                field="/received_on",
            )
        )
    return found

"""Recoveries (追偿): what comes back after a claim, from the bank's report to its booking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.risk_pool.domain.compensation import POOL
from services.risk_pool.domain.ledger import (
    CASH,
    RECOVERIES,
    Transfer,
    payable_to,
    receivable_from,
)
from services.risk_pool.domain.month_figures import RECOVERY_BOOKED
from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.schemes.decide.findings import Finding
from shared.schemes.decide.recovery import RecoveryDecision
from shared.schemes.vocabulary import OUTSIDERS


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


_BANK = frozenset({"bank_operator"})
CHECKER = frozenset({"finance_checker"})
_NOT_THE_REPORTER = "another person than the reporter"

LIFE_CYCLE = LifeCycle(
    goal=State.CONFIRMED,
    noun=Words("追偿回款", "recovery"),
    moves=(
        Move(None, Action.REPORT, State.REPORTED, _BANK),
        Move(
            State.REPORTED,
            Action.CONFIRM,
            State.CONFIRMED,
            CHECKER,
            guards=(_NOT_THE_REPORTER,),
            tells=("recovery.booked.v1",),
        ),
        Move(State.REPORTED, Action.REFUSE, State.REFUSED, CHECKER),
    ),
    guards={
        _NOT_THE_REPORTER: another_person_than("reported_by", zh="确认", en="the confirmation")
    },
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
    waits={
        State.REPORTED: Wait(
            roles=("finance_checker",),
            words=Words("等待财务确认", "waits for confirmation by finance"),
            step="recovery_return",
        )
    },
)

UNCONFIRMED = frozenset({State.REPORTED})
"""Money that a bank says it has, and that is booked nowhere yet."""

ROUTES = ("auction", "sale", "discount", "debtor", "litigation")
"""拍卖、变卖、折价、债务人还款、诉讼执行 (Civil Code art. 436, programmes B.13)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Money that a bank got in after the claim was approved."""

    received_on: date
    route: str
    from_pledged_ip: bool
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


def recovery_transfers(
    decision: RecoveryDecision,
    codes: Mapping[str, str],
    *,
    recovery_number: str,
    loan_id: UUID,
    day: date,
    explanation_id: UUID,
) -> Sequence[Transfer]:
    """What the recovering party passes on through the settlement; its own part stays with it, and
    what is the pledgor's it pays out itself."""
    keeper = decision.borne.recovered_by
    passed_on: dict[str, int] = {}
    for payment in decision.payments:
        if payment.payee not in OUTSIDERS:
            passed_on[payment.payee] = passed_on.get(payment.payee, 0) + payment.amount_fen
    if keeper == POOL and decision.returned.get(POOL):
        passed_on[POOL] = passed_on.get(POOL, 0) + decision.returned[POOL]
    return [
        Transfer(
            reference=f"recovery:{recovery_number}:{keeper}:{party}",
            debit=CASH if keeper == POOL else receivable_from(codes.get(keeper, keeper)),
            credit=RECOVERIES if party == POOL else payable_to(codes.get(party, party)),
            amount_fen=fen,
            business_date=day,
            kind=RECOVERY_BOOKED,
            explanation_id=explanation_id,
            loan_id=loan_id,
        )
        for party, fen in passed_on.items()
    ]

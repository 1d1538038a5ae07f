"""Recoveries (追偿): what comes back after a claim, from the bank's report to its booking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from services.risk_pool.domain.claim_details import (
    CostStated,
    costs_kept,
    faults_of_costs,
    receipts_used,
)
from services.risk_pool.domain.compensation import POOL
from services.risk_pool.domain.ledger import (
    DEBTOR,
    RECOVERIES,
    Transfer,
    payable_to,
    receivable_from,
)
from services.risk_pool.domain.month_figures import RECOVERY_BOOKED
from shared import canonical
from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.refusals import FieldFault, Refused
from shared.schemes.decide.findings import Finding
from shared.schemes.decide.recovery import RecoveryDecision
from shared.schemes.vocabulary import OUTSIDERS


class State(StrEnum):
    """Where a recovery is."""

    REPORTED = "reported"
    RETURNED = "returned"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What is done to a recovery."""

    REPORT = "report"
    CONFIRM = "confirm"
    RETURN = "return"
    RESUBMIT = "resubmit"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


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
        Move(State.REPORTED, Action.RETURN, State.RETURNED, CHECKER),
        Move(State.REPORTED, Action.REFUSE, State.REFUSED, CHECKER),
        Move(State.REPORTED, Action.WITHDRAW, State.WITHDRAWN, _BANK),
        Move(State.RETURNED, Action.RESUBMIT, State.REPORTED, _BANK),
        Move(State.RETURNED, Action.WITHDRAW, State.WITHDRAWN, _BANK),
    ),
    guards={
        _NOT_THE_REPORTER: another_person_than("reported_by", zh="确认", en="the confirmation")
    },
    states={
        State.REPORTED: Words("待确认", "to be confirmed"),
        State.CONFIRMED: Words("已入账", "booked"),
        State.RETURNED: Words("待银行更正", "returned to the bank"),
        State.REFUSED: Words("不予确认", "refused"),
        State.WITHDRAWN: Words("银行已撤回", "taken back"),
    },
    actions={
        Action.REPORT: Words("报告", "reported"),
        Action.CONFIRM: Words("确认入账", "confirmed"),
        Action.RETURN: Words("退回更正", "returned"),
        Action.RESUBMIT: Words("更正后再次报告", "reported again"),
        Action.REFUSE: Words("不予确认", "refused"),
        Action.WITHDRAW: Words("撤回", "withdrawn"),
    },
    waits={
        State.REPORTED: Wait(
            roles=("finance_checker",),
            words=Words("等待财务确认", "waits for confirmation by finance"),
            step="recovery_return",
        ),
        State.RETURNED: Wait(
            roles=("bank_operator",), words=Words("等待银行更正", "waits for the bank to mend it")
        ),
    },
)

UNCONFIRMED = frozenset({State.REPORTED})
"""Money that a bank says it has, and that is booked nowhere yet."""

COUNTS = frozenset({State.REPORTED, State.RETURNED, State.CONFIRMED})
"""Money that is said to be there: its reference and its costs are not named a second time."""

ROUTES = ("auction", "sale", "discount", "debtor", "litigation")
"""拍卖、变卖、折价、债务人还款、诉讼执行 (Civil Code art. 436, programmes B.13)."""
ROUTE_WORDS = {
    "auction": Words("拍卖", "auction"),
    "sale": Words("变卖", "sale"),
    "discount": Words("折价", "taken in payment"),
    "debtor": Words("债务人还款", "repayment by the debtor"),
    "litigation": Words("诉讼执行", "litigation and enforcement"),
}
assert set(ROUTE_WORDS) == set(ROUTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Money that a bank got in after the claim was approved."""

    received_on: date
    route: str
    from_pledged_ip: bool
    gross_fen: int
    costs_fen: int
    """Stated as one figure; 0 where the costs are listed."""
    reference: str = ""
    """The bank's own number for it."""
    costs: Sequence[CostStated] = ()
    not_a_double: bool = False
    not_a_double_reason: str | None = None
    disposal_id: UUID | None = None
    """The disposal of pledged rights that the money is from."""

    @property
    def reference_canonical(self) -> str:
        """By which the bank's numbers are told apart."""
        return canonical.number(self.reference)

    def columns(self) -> dict[str, Any]:
        """As the row keeps it."""
        return {
            "received_on": self.received_on,
            "route": self.route,
            "from_pledged_ip": self.from_pledged_ip,
            "gross_fen": self.gross_fen,
            "costs_fen": sum(one.amount_fen for one in self.costs) or self.costs_fen,
            "reference": self.reference,
            "reference_canonical": self.reference_canonical,
            "double_reason": (self.not_a_double_reason or "") if self.not_a_double else "",
            "cost_items": costs_kept(self.costs),
            "disposal_id": self.disposal_id,
        }


class ReferenceUsed(Refused):
    """A bank's number stands for one recovery."""

    code: ClassVar[str] = "reference-used"


class LikelyDouble(Refused):
    """The same amount of the same day on the same claim: to be confirmed as another payment."""

    code: ClassVar[str] = "likely-double"


def field_faults(
    reported: Reported, *, used_costs: frozenset[str], today: date
) -> list[FieldFault]:
    """Every field that is wrong of itself or beside what was reported before."""
    used = receipts_used(reported.costs, used_costs)
    found = [*faults_of_costs(reported.costs, reported.costs_fen, today)]
    found += [
        FieldFault(
            ("cost_items", index, "reference"),
            "cost-counted-before",
            f"凭证 {one.reference} 的费用已计入",
            f"The cost with the receipt {one.reference} has counted before.",
        )
        for index, one in enumerate(reported.costs)
        if one.reference in used
    ]
    if reported.not_a_double and not reported.not_a_double_reason:
        found.append(
            FieldFault(
                ("not_a_double_reason",),
                "missing",
                "确认不是重复须说明理由",
                "say why it is no double",
            )
        )
    return found


def require_no_double(reported: Reported, *, same_reference: str, same_money: str) -> None:
    """`same_reference`, `same_money`: the number of another recovery of which this is so, or "".

    Raises ReferenceUsed, LikelyDouble.
    """
    if same_reference:
        raise ReferenceUsed(
            f"编号 {reported.reference} 已用于 {same_reference}。",
            f"The reference {reported.reference} stands for {same_reference} already.",
            number=same_reference,
        )
    if same_money and not reported.not_a_double:
        raise LikelyDouble(
            f"{same_money} 为同一补偿、同日、同额的回款；如确为另一笔，请确认并说明理由。",
            f"{same_money} is of the same claim, day and amount; confirm with a reason if this is "
            "another payment.",
            number=same_money,
        )


def check(reported: Reported, *, approved_on: date, today: date) -> list[Finding]:
    """What comes in before the approval lowers the principal; it is no recovery (H.11)."""
    found = []
    if reported.received_on < approved_on:
        found.append(
            Finding(
                "received-before-approval",
                "",
                f"收款日早于补偿批准日 {approved_on}，不是追偿回款，应扣减本金：请更正月报余额，"
                "并通知资金池财务按批准前收回的款项更正。",
                f"It was received before the claim's approval on {approved_on}: it lowers the "
                "principal and is no recovery. Mend the month's report and tell the pool's finance, "
                "who adjusts the claim for money from before the approval.",
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
    what is the pledgor's it pays out itself. Where the pool itself recovers, the debtor owes it
    until a receipt is released."""
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
            debit=receivable_from(DEBTOR if keeper == POOL else codes.get(keeper, keeper)),
            credit=RECOVERIES if party == POOL else payable_to(codes.get(party, party)),
            amount_fen=fen,
            business_date=day,
            kind=RECOVERY_BOOKED,
            explanation_id=explanation_id,
            loan_id=loan_id,
        )
        for party, fen in passed_on.items()
    ]

"""Whom a case waits for, what for, and until when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.applications.domain.life_cycle import FINAL, Action, Role, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a state waits for. `action` is the row of the table that ends it, as a rule."""

    role: str
    action: Action
    zh: str
    en: str
    working_days: int | None = None
    source: str = ""
    step: str = ""
    """The scheme's deadline for this step goes before `working_days`."""


WAITS: Final = {
    State.SUBMITTED: Wait(
        role=Role.SYSTEM, action=Action.ACCEPT, zh="机器校验", en="the machine's checks"
    ),
    State.RETURNED_FOR_CORRECTION: Wait(
        role=Role.BANK,
        action=Action.RESUBMIT,
        zh="银行补正后重新提交",
        en="the bank to correct and resubmit",
        working_days=10,
        source="假定",
    ),
    State.ACCEPTED: Wait(
        role=Role.REVIEWER,
        action=Action.TAKE,
        zh="审查人员领取",
        en="a reviewer to take it",
        working_days=5,
        source="四川：初审 5 个工作日",
        step="first_review",
    ),
    State.UNDER_REVIEW: Wait(
        role=Role.REVIEWER,
        action=Action.RECOMMEND,
        zh="审查人员提出意见",
        en="the reviewer's opinion",
        working_days=5,
        source="四川：初审 5 个工作日",
        step="first_review",
    ),
    State.RECOMMENDED: Wait(
        role=Role.APPROVER,
        action=Action.APPROVE,
        zh="另一人审批",
        en="a second person to decide",
        working_days=5,
        source="假定",
        step="pool_entry",
    ),
    State.APPROVED: Wait(
        role=Role.SYSTEM,
        action=Action.RESERVE,
        zh="资金池预留额度",
        en="the pool to reserve capacity",
    ),
    State.CAPACITY_DECLINED: Wait(
        role=Role.BANK,
        action=Action.WITHDRAW,
        zh="额度不足：银行撤回，或审批人不予批准",
        en="no capacity: the bank to withdraw, or the approver to reject",
        working_days=10,
        source="假定",
    ),
    State.CAPACITY_RESERVED: Wait(
        role=Role.BANK,
        action=Action.REGISTER_PLEDGE,
        zh="银行办理质押登记",
        en="the bank to register the pledge",
    ),
    State.PLEDGE_REGISTERED: Wait(
        role=Role.BANK, action=Action.DISBURSE, zh="银行放款", en="the bank to disburse"
    ),
    State.DISBURSED: Wait(
        role=Role.BANK,
        action=Action.REPAY,
        zh="银行按月报送余额，直至结清",
        en="the bank's monthly position, until it is repaid",
        step="monthly_report",
    ),
    State.OVERDUE: Wait(
        role=Role.BANK,
        action=Action.CURE,
        zh="银行催收并按月报送，符合条件时申请补偿",
        en="the bank to collect, to report, and to claim where it may",
        step="monthly_report",
    ),
    State.REPAID: Wait(
        role=Role.BANK,
        action=Action.CLOSE,
        zh="银行办理质押注销登记并办结",
        en="the bank to cancel the pledge and close the case",
        working_days=10,
        source="假定",
    ),
    State.CLAIMED: Wait(
        role=Role.BANK,
        action=Action.CLOSE,
        zh="银行追偿；追偿终结后由审批人办结",
        en="the bank to recover; the approver closes when nothing more will come",
    ),
}
"""One row for every state that something leads out of."""

assert set(WAITS) == set(State) - FINAL


def shown_due(
    state: State, *, last_report_month: str | None, reserved_until: date | None, stored: date | None
) -> date | None:
    """The day by which the wait should end: the reservation's end, the next report, or the stored.

    `last_report_month` is the youngest reported month, or that of disbursement minus one.
    """
    if state in (State.CAPACITY_RESERVED, State.PLEDGE_REGISTERED):
        return reserved_until
    if state in (State.DISBURSED, State.OVERDUE) and last_report_month is not None:
        year, month = int(last_report_month[:4]), int(last_report_month[5:])
        # The report of month n is due on the tenth of month n + 1 (D, step 11, assumed).
        months = year * 12 + month - 1 + 2
        return date(months // 12, months % 12 + 1, 10)
    return stored


def lamp(due: date | None, *, working_days_left: int | None) -> str:
    """What the queue shows: "red" when late, "yellow" in the last two days, else "green"."""
    if due is None or working_days_left is None:
        return "none"
    if working_days_left < 0:
        return "red"
    return "yellow" if working_days_left <= 2 else "green"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A wait as a case shows it."""

    role: str
    zh: str
    en: str
    since: datetime
    due_on: date | None

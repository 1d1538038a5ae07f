"""What must hold of a loan that is filed after it was paid out, in every programme.

Whether the programme takes such loans at all, and by when, its terms say (`schemes/decide/filing`).
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from services.applications.domain.paid_out import POSITION_HOLDS_DAYS, PaidOut
from services.applications.domain.submission import Submission, Surroundings
from shared.money import group_fen
from shared.months import add_months
from shared.risk_classes import NON_PERFORMING
from shared.schemes.decide.findings import Finding

RULES: Final = "备案规则（假定）"
PLEDGE: Final = "民法典第四百四十四条：质权自办理出质登记时设立"
_AT: Final = "/paid_out"


def paid_out_loan_is_possible(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """A loan that is filed was lent while its pool was open, is served as agreed, and is pledged
    for: cover begins with the approval and is for no loss from before."""
    paid = case.paid_out
    if paid is None:
        yield from _registered_too_early(case)
        return
    if case.renews is not None:
        yield Finding(
            "renewal-not-filed", RULES, "续贷须先批准后放款，不能放款后备案",
            "A renewal is approved before it is paid out; it is not filed afterwards.", {},
            "/renews",
        )  # fmt: skip
    yield from _days(case, paid, around)
    yield from _standing(case, paid, around)
    yield from _pledged(case, paid, around)


def _days(case: Submission, paid: PaidOut, around: Surroundings) -> Iterator[Finding]:
    filed_on = around.filed_on or around.today
    if paid.signed_on > paid.disbursed_on:
        yield _found("paid-out-before-contract", "disbursed_on",
                     f"放款日早于合同签订日 {paid.signed_on}",
                     f"Paid out before the contract was signed on {paid.signed_on}.",
                     signed_on=str(paid.signed_on), disbursed_on=str(paid.disbursed_on))  # fmt: skip
    if paid.disbursed_on > filed_on:
        yield _found("paid-out-in-future", "disbursed_on", f"放款日晚于备案日 {filed_on}",
                     f"The disbursement lies after the day of filing, {filed_on}.",
                     disbursed_on=str(paid.disbursed_on), filed_on=str(filed_on))  # fmt: skip
    if paid.disbursed_on < around.pool_opened_on:
        yield _found("paid-out-before-pool", "disbursed_on",
                     f"放款日早于资金池开立日 {around.pool_opened_on}",
                     f"Paid out before the pool was opened on {around.pool_opened_on}.",
                     disbursed_on=str(paid.disbursed_on),
                     opened_on=str(around.pool_opened_on))  # fmt: skip
    latest = add_months(paid.disbursed_on, case.tenor_months)
    if not paid.disbursed_on < paid.matures_on <= latest:
        yield _found("maturity-beyond-tenor", "matures_on",
                     f"到期日须晚于放款日且不晚于 {latest}",
                     f"The loan ends after it begins, and by {latest}.",
                     matures_on=str(paid.matures_on), latest=str(latest))  # fmt: skip
    if paid.matures_on <= around.today:
        yield _found("matured-before-entry", "matures_on", f"贷款已于 {paid.matures_on} 到期",
                     f"The loan matured on {paid.matures_on}.",
                     matures_on=str(paid.matures_on), on=str(around.today))  # fmt: skip
    if around.loan_no_used:
        yield _found("loan-no-used", "loan_no", "借据号已用于另一笔贷款",
                     "Another loan has this number.", loan_no=paid.loan_no)  # fmt: skip


def _standing(case: Submission, paid: PaidOut, around: Surroundings) -> Iterator[Finding]:
    if paid.outstanding_fen > case.amount_fen:
        yield _found("more-than-was-lent", "outstanding_principal",
                     f"余额超过放款金额 {group_fen(case.amount_fen)} 元",
                     f"More is owed than the {group_fen(case.amount_fen)} that was lent.",
                     outstanding=group_fen(paid.outstanding_fen),
                     amount=group_fen(case.amount_fen))  # fmt: skip
    if not paid.disbursed_on <= paid.as_of <= around.today:
        yield _found("position-not-of-the-loan", "as_of",
                     f"余额日期须在放款日 {paid.disbursed_on} 至 {around.today} 之间",
                     f"The position is of a day from {paid.disbursed_on} to {around.today}.",
                     as_of=str(paid.as_of))  # fmt: skip
    elif paid.as_of + timedelta(days=POSITION_HOLDS_DAYS) < around.today:
        yield _found("position-too-old", "as_of",
                     f"余额日期 {paid.as_of} 距 {around.today} 超过 {POSITION_HOLDS_DAYS} 日，请更新",
                     f"The position of {paid.as_of} is older than {POSITION_HOLDS_DAYS} days on "
                     f"{around.today}; state where the loan stands now.",
                     as_of=str(paid.as_of), on=str(around.today))  # fmt: skip
    if paid.overdue_days or paid.risk_class in NON_PERFORMING:
        yield _found("overdue-before-entry", "overdue_days",
                     "贷款已逾期或列入不良，备案前发生的风险不纳入保障",
                     "The loan is overdue or bad already: what happened before its entry is not "
                     "covered.",
                     overdue_days=str(paid.overdue_days), risk_class=paid.risk_class)  # fmt: skip


def _pledged(case: Submission, paid: PaidOut, around: Surroundings) -> Iterator[Finding]:
    for index, right in enumerate(case.collateral):
        place, entry = f"/collateral/{index}/registration", right.registration
        if entry is None:
            yield Finding(
                "right-not-registered", PLEDGE,
                f"{right.number} 未填写质押登记（登记机关、登记号、登记日）",
                f"The registration of the pledge of {right.number} is not stated.",
                {"number": right.number}, place,
            )  # fmt: skip
        elif not paid.signed_on <= entry.registered_on <= around.today:
            yield Finding(
                "registered-outside-loan", PLEDGE,
                f"{right.number} 的质押登记日须在合同签订日 {paid.signed_on} 至 {around.today} 之间",
                f"The pledge of {right.number} is registered from {paid.signed_on} to "
                f"{around.today}.",
                {"registered_on": str(entry.registered_on)}, f"{place}/registered_on",
            )  # fmt: skip


def _registered_too_early(case: Submission) -> Iterator[Finding]:
    for index, right in enumerate(case.collateral):
        if right.registration is not None:
            yield Finding(
                "registered-before-approval", "受理规则",
                f"{right.number}：未放款的申请在预留额度后办理质押登记，此处不填",
                f"{right.number}: the pledge for a loan that is not paid out is registered once "
                "capacity is held, and not stated here.",
                {"registration_no": right.registration.registration_no},
                f"/collateral/{index}/registration",
            )  # fmt: skip


def _found(code: str, name: str, zh: str, en: str, **evidence: str) -> Finding:
    return Finding(code, RULES, zh, en, evidence, f"{_AT}/{name}")

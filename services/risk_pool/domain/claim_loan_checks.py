"""Whether what a claim says agrees with what the house knows of the loan."""

from collections.abc import Iterator
from datetime import timedelta

from services.risk_pool.domain.claim_check import Check, Result, Situation
from services.risk_pool.domain.claim_filed import BANK_DATES, PAPERS, Filed, Position
from shared.money import format_fen
from shared.said_numbers import month_said
from shared.schemes.vocabulary import DOCUMENTS, RISK_CLASSES


def check_terms(at: Situation) -> Iterator[Check]:
    yield Check(
        code="terms-in-force",
        result="pass",
        zh="贷款审批日有生效的方案条款",
        en="Terms were in force on the loan's approval day.",
        evidence={"scheme_version": at.terms.version},
    )


def check_loan(at: Situation) -> Iterator[Check]:
    loan = at.loan
    live = loan.live_claim_number
    yield Check(
        code="no-live-claim",
        result="fail" if live else "pass",
        zh=f"该贷款已有补偿申请 {live}，不得重复申请" if live else "该贷款没有其他在办的补偿申请",
        en=f"The loan already has the claim {live}." if live else "The loan has no other claim.",
        evidence={"claim_number": live} if live else {},
        field="/loan_id",
    )
    if live:
        return
    yield Check(
        code="loan-paid-out",
        result="pass" if loan.disbursed_on else "fail",
        zh=f"贷款已于 {loan.disbursed_on} 发放" if loan.disbursed_on else "贷款尚未发放",
        en=f"The loan was paid out on {loan.disbursed_on}."
        if loan.disbursed_on
        else "The loan has not been paid out.",
        evidence={"disbursed_on": str(loan.disbursed_on)} if loan.disbursed_on else {},
        field="/loan_id",
    )
    yield Check(
        code="loan-covered",
        result="pass" if loan.covered else "fail",
        zh="贷款在风险补偿覆盖范围内"
        if loan.covered
        else "该贷款当前不在风险补偿覆盖范围内（未放款、已结清或已解除）",
        en="The loan is covered."
        if loan.covered
        else "The loan is not covered now: not disbursed, repaid or released.",
        field="/loan_id",
    )


def check_chain(at: Situation) -> Iterator[Check]:
    """Of a loan and its renewal the pool pays one: while both are out, neither is claimed for
    (docs/decisions/0020)."""
    loan = at.loan
    zh, en = "该贷款没有同时未结清的续贷或被续贷款", "No renewal of the loan is out beside it."
    if loan.renewed_by:
        zh = f"该贷款已由 {loan.renewed_by} 续贷放款，应以续贷结清，不得申请补偿"
        en = (
            f"The loan was renewed by {loan.renewed_by}, which repays it; no claim is taken for it."
        )
    elif loan.renews_open:
        zh = f"该贷款所续的 {loan.renews_open} 尚未报送结清或已获补偿；两笔为同一债务，请先报送结清"
        en = (
            f"{loan.renews_open}, which this loan renews, is not reported repaid or was "
            "compensated; both are one debt."
        )
    other = loan.renewed_by or loan.renews_open
    yield Check(
        code="one-debt-once",
        result="fail" if other else "pass",
        zh=zh,
        en=en,
        evidence={"loan": other} if other else {},
        article="续贷规则（决策 0020）",
        field="/loan_id",
    )


def check_amounts(at: Situation) -> Iterator[Check]:
    filed = at.filed
    costs_count = "costs" in at.terms.base.plus
    is_claim = filed.outstanding_principal_fen > 0 or (costs_count and filed.costs_fen > 0)
    yield Check(
        code="amount-claimed",
        result="pass" if is_claim else "fail",
        zh="有可申请的未还本金，或方案计入的费用"
        if is_claim
        else "未还本金为零，且没有方案计入的费用",
        en="There is principal to claim, or costs that the scheme counts."
        if is_claim
        else "No principal is outstanding, and there are no costs that the scheme counts.",
        evidence={
            "outstanding_principal": format_fen(filed.outstanding_principal_fen),
            "costs": format_fen(filed.costs_fen),
        },
        article=at.terms.source("base"),
        field="/outstanding_principal",
    )


def check_position(at: Situation) -> Iterator[Check]:
    """What the claim says agrees with what the bank itself last reported.

    Principal may have fallen since, which the bank confirms, never risen; days overdue cannot have
    grown faster than the calendar; a class that is worse than reported must be reported first.
    """
    filed, reported = at.filed, at.reported
    yield Check(
        code="position-reported",
        result="pass" if reported else "fail",
        zh=f"已报送 {month_said(reported.month, 'zh')}余额"
        if reported
        else "该贷款尚无月度余额报告，请先报送",
        en=f"The position of {reported.month} is reported."
        if reported
        else "No monthly position has been reported for the loan; report it first.",
        evidence={"month": reported.month} if reported else {},
        field="/loan_id",
    )
    if reported is None:
        return
    yield _principal(filed, reported)
    yield _overdue_days(filed, reported)
    yield _risk_class(filed, reported)


def _principal(filed: Filed, reported: Position) -> Check:
    claimed, stands = filed.outstanding_principal_fen, reported.outstanding_principal_fen
    month = reported.month
    result: Result = "pass"
    zh = f"未还本金与 {month_said(month, 'zh')}报送的余额一致"
    en = f"The principal is the one reported for {month}."
    if claimed > stands:
        result = "fail"
        zh = f"申请的未还本金高于 {month_said(month, 'zh')}报送的余额"
        en = f"The principal claimed is above what was reported for {month}."
    elif claimed < stands:
        result = "confirm"
        zh = f"申请的未还本金低于 {month_said(month, 'zh')}报送的余额，请确认其后的还款"
        en = (
            f"The principal claimed is below what was reported for {month}; "
            "confirm what was repaid since."
        )
    return Check(
        code="principal-agrees",
        result=result,
        zh=zh,
        en=en,
        evidence={"claimed": format_fen(claimed), "reported": format_fen(stands), "month": month},
        field="/outstanding_principal",
    )


def _overdue_days(filed: Filed, reported: Position) -> Check:
    least, stated, month = reported.overdue_days, filed.overdue_days, reported.month
    most = least + max((filed.stated_on - reported.month_end).days, 0)
    agrees = least <= stated <= most
    zh = f"逾期天数 {stated} 与 {month_said(month, 'zh')}报送的 {least} 天"
    en = f"{stated} days overdue {{}} with the {least} reported for {month}"
    return Check(
        code="overdue-days-agree",
        result="pass" if agrees else "fail",
        zh=f"{zh}相符" if agrees else f"{zh}不符，应在 {least} 至 {most} 之间",
        en=f"{en.format('agree')}."
        if agrees
        else f"{en.format('do not agree')}: between {least} and {most}.",
        evidence={
            "stated": str(stated),
            "reported": str(least),
            "most": str(most),
            "month": month,
        },
        field="/facts/overdue_days",
    )


def _risk_class(filed: Filed, reported: Position) -> Check:
    same, month = filed.risk_class == reported.risk_class, reported.month
    return Check(
        code="risk-class-agrees",
        result="pass" if same else "fail",
        zh=f"五级分类与 {month_said(month, 'zh')}报送的"
        + ("一致" if same else "不一致，请先更新月报"),
        en=f"The risk class is the one reported for {month}."
        if same
        else f"The risk class is not the one reported for {month}; report it first.",
        evidence={
            "stated": RISK_CLASSES[filed.risk_class].zh,
            "reported": RISK_CLASSES[reported.risk_class].zh,
            "month": month,
        },
        field="/facts/risk_class",
    )


def check_cover(at: Situation) -> Iterator[Check]:
    """A loan that was filed after it was paid out is covered from its approval on: one that was
    overdue before, by any of its reports, is no loss of the pool's."""
    lent_on, covered_from = at.loan.disbursed_on, at.loan.approved_on
    if lent_on is None or covered_from is None or lent_on >= covered_from:
        return
    filed = at.filed
    days = [(one.month_end, one.overdue_days) for one in at.positions]
    days.append((filed.stated_on, filed.overdue_days))
    began = min((day - timedelta(days=n) for day, n in days if n), default=None)
    before = began is not None and began < covered_from
    yield Check(
        code="overdue-since-cover",
        result="fail" if before else "pass",
        zh=f"逾期始于 {began}，早于备案批准日 {covered_from}，不在保障范围"
        if before
        else f"备案贷款自批准日 {covered_from} 起保障，逾期不早于该日",
        en=f"It is overdue since {began}, before its cover began on {covered_from}."
        if before
        else f"The filed loan is covered from {covered_from} on, and was not overdue before.",
        evidence={
            "covered_from": str(covered_from),
            "disbursed_on": str(lent_on),
            **({"overdue_since": str(began)} if began else {}),
        },
        field="/facts/overdue_days",
    )


def check_dates(at: Situation) -> Iterator[Check]:
    """A day that the bank states lies between disbursement and the day on which it states it."""
    kinds = {document["kind"] for document in at.filed.documents}
    for name, day in at.filed.dates().items():
        first, last = at.loan.disbursed_on, at.filed.stated_on
        where = f"/facts/{BANK_DATES[name]}"
        evidence = {"stated": day.isoformat()}
        code = f"date:{name}"
        paper = PAPERS.get(name)
        if day > last:
            zh, en = "所填日期晚于申报日", "The day stated lies in the future."
            yield Check(code=code, result="fail", zh=zh, en=en, evidence=evidence, field=where)
        elif first is not None and day < first:
            zh = f"所填日期早于放款日 {first}"
            en = f"The day stated lies before the disbursement on {first}."
            yield Check(code=code, result="fail", zh=zh, en=en, evidence=evidence, field=where)
        elif paper is not None and paper not in kinds:
            words = DOCUMENTS[paper]
            zh = f"该日期未附证明材料（{words.zh}），请确认"
            en = f"The day comes without its paper ({words.en}); confirm it."
            yield Check(code=code, result="confirm", zh=zh, en=en, evidence=evidence, field=where)
        else:
            zh, en = "所填日期可信", "The day stated is possible."
            yield Check(code=code, result="pass", zh=zh, en=en, evidence=evidence, field=where)

"""The columns of a table of claims: the template that a bank fills in is made of them, and the pool
reads by them. What a programme asks for besides are facts and papers, columns of the same names
everywhere."""

import re
from typing import Final

from shared.schemes.vocabulary import DOCUMENTS, FACTS, LABELS
from shared.sheets.columns import RISK_CHOICES, Column, fact_column, named, paper_column

_DAY: Final = "如 2026-03-02"

CLAIM: Final = (
    Column("loan_number", "贷款编号", "", "number"),
    Column("outstanding_principal", "未还本金", "元", "money"),
    Column("interest_arrears", "欠息", "元", "money", required=False),
    Column("penalty_interest", "罚息", "元", "money", required=False),
    Column("compound_interest", "复利", "元", "money", required=False),
    Column("costs", "追偿费用", "元", "money", required=False),
    Column("facts.overdue_days", "逾期天数", "天", "count"),
    Column("facts.risk_class", "五级分类", "选项", "choice", RISK_CHOICES),
    Column("facts.lawsuit_accepted_on", "法院受理日", _DAY, "day", required=False),
    Column("facts.called_early_on", "提前收贷日", _DAY, "day", required=False),
    Column("facts.loss_confirmed_on", "损失认定日", _DAY, "day", required=False),
    Column("facts.written_off_on", "核销日", _DAY, "day", required=False),
    Column("facts.enforcement_ended_on", "终结执行日", _DAY, "day", required=False),
    Column("facts.guarantor_paid_on", "担保机构代偿日", _DAY, "day", required=False),
    Column("facts.insurer_notified_on", "通知保险人日", _DAY, "day", required=False),
    Column("facts.compensated_elsewhere", "已获其他补偿", "是/否", "flag", required=False),
    Column("other_policy_money", "其他政策资金", "元", "money", required=False),
    Column("recovered_before", "申请前已追回", "元", "money", required=False),
    Column("compensated_amount", "担保机构已代偿金额", "元", "money", required=False),
    Column("compensated_on", "担保机构代偿付款日", _DAY, "day", required=False),
    Column("confirmed", "确认", "原因栏中的代码，逗号分隔", "text", required=False),
)
"""Fields of every claim. The day of filing is the service's own."""

LOAN_ID: Final = Column("loan_id", "贷款标识", "贷款编号与贷款标识填一个", "number", required=False)

_KNOWN: Final = dict(
    named(
        *(column for name in (*FACTS, *LABELS) if (column := fact_column(name)) is not None),
        *(paper_column(kind) for kind in DOCUMENTS),
        # Last, so that a field of every claim is not taken for a fact of the same words.
        LOAN_ID,
        *CLAIM,
    )
)
_PAPER: Final = re.compile(r"documents\.[a-z_]+", re.ASCII)


def claim_column(heading: str) -> Column | None:
    """The column of a claim that a heading, without its unit, names; None for none."""
    known = _KNOWN.get(heading) or _KNOWN.get(heading.lower())
    if known is None and _PAPER.fullmatch(heading):
        return paper_column(heading.partition(".")[2])
    return known

"""The columns of the tables that banks fill in: one list for the template and for the reader.

A heading is the name in the API or the words for people. Facts, papers and parties that a programme
asks for are columns of the same names everywhere, so that a reader needs no programme to know them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from services.applications.bank_files.extract_columns import extract_column
from services.applications.bank_files.list_columns import list_column
from services.applications.bank_files.right_columns import right_column
from services.applications.domain.bulk import BulkKind
from services.applications.domain.other_collateral import KINDS
from services.applications.domain.pledgor import ROLES
from shared.schemes.vocabulary import (
    DOCUMENTS,
    FACTS,
    IP_KINDS,
    LABELS,
    PARTIES,
    PURPOSES,
)
from shared.sheets.columns import RISK_CHOICES, Column, fact_column, named, paper_column

_OF_A_PURPOSE: Final = {
    ("r_and_d" if name == "research_and_development" else name): words.zh
    for name, words in PURPOSES.items()
}
_REPAYMENT: Final = {
    "bullet": "到期一次还本付息",
    "equal_instalments": "等额分期",
    "interest_first": "按期付息、到期还本",
}
_METHODS: Final = {"income": "收益法", "market": "市场法", "cost": "成本法", "agreed": "协商作价"}
_IP_KINDS: Final = {name: words.zh for name, words in IP_KINDS.items()}
_DAY: Final = "如 2026-03-02"
_YES_NO: Final = "是/否"

LOAN: Final = (
    Column("reference", "银行业务编号", "同一编号只收一次", "number", required=False),
    Column("pool_code", "资金池代码", "", "number"),
    Column("mode", "合作模式", "", "number"),
    Column("borrower.uscc", "统一社会信用代码", "18 位", "number"),
    Column("borrower.name", "企业名称"),
    Column("borrower.registered_on", "成立日期", _DAY, "day"),
    Column("borrower.is_sme", "中小微企业", _YES_NO, "flag"),
    Column("borrower.region_code", "注册地行政区划代码", "6 位", "number", required=False),
    Column("amount", "贷款金额", "元", "money"),
    Column("tenor_months", "期限", "月", "count"),
    Column("annual_rate_bp", "年利率", "基点，或写 3.85%", "bp"),
    Column("purpose", "用途", "选项", "choice", _OF_A_PURPOSE),
    Column("purpose_note", "用途说明", "", required=False),
    Column("repayment", "还款方式", "选项", "choice", _REPAYMENT),
    Column("has_other_collateral", "有其他担保", _YES_NO, "flag"),
    Column("ip_share_bp", "知识产权部分占比", "基点，或写 60%", "bp", required=False),
    Column("ip_amount", "知识产权部分金额", "元", "money", required=False),
    Column("is_first_loan", "首贷", _YES_NO, "flag"),
    Column("renews", "所续贷款", "续贷填写所续贷款的借据号或申请编号", "number", required=False),
)
PAID_OUT: Final = (
    Column("paid_out.loan_no", "借据号", "放款后备案的贷款填写", "number"),
    Column("paid_out.contract_no", "借款合同编号", "", "number"),
    Column("paid_out.signed_on", "合同签订日", _DAY, "day"),
    Column("paid_out.disbursed_on", "放款日", _DAY, "day"),
    Column("paid_out.matures_on", "到期日", _DAY, "day"),
    Column("paid_out.outstanding_principal", "贷款余额", "元", "money"),
    Column("paid_out.as_of", "余额日期", _DAY, "day"),
    Column("paid_out.overdue_days", "逾期天数", "天", "count"),
    Column("paid_out.risk_class", "五级分类", "选项", "choice", RISK_CHOICES),
)
"""Of a loan that is filed after it was paid out."""
_OTHER: Final = (
    Column("kind", "种类", "选项", "choice", {name: words.zh for name, words in KINDS.items()},
           required=False),
    Column("description", "说明", "", required=False),
    Column("amount", "金额", "元", "money", required=False),
)  # fmt: skip
MOST_OTHERS: Final = 20
_PLEDGOR: Final = (
    Column("role", "身份", "选项", "choice", {name: words.zh for name, words in ROLES.items()},
           required=False),
    Column("name", "名称", "", required=False),
    Column("uscc", "信用代码", "企业填写，18 位", "number", required=False),
    Column("id_masked", "证件号", "自然人填写，隐去中段", "number", required=False),
    Column("share_bp", "份额", "基点，或写 60%", "bp", required=False),
    Column("consent", "同意书", "已上传材料的编号", "number", required=False),
)  # fmt: skip
PLEDGORS: Final = 5
"""Of one right that a table has columns for."""
_ENTRY: Final = (
    Column("registration.registry", "质押登记机关", "放款后备案的贷款填写", required=False),
    Column("registration.registration_no", "质押登记号", "", "number", required=False),
    Column("registration.registered_on", "质押登记日", _DAY, "day", required=False),
)
_RIGHT: Final = (
    Column("kind", "种类", "选项", "choice", _IP_KINDS),
    Column("number", "号码", "专利号、注册号等", "number"),
    Column("nice_class", "商标类别", "1 至 45，仅商标", "count", required=False),
    Column("name", "名称"),
    Column("owner_uscc", "权利人信用代码", "18 位", "number", required=False),
    Column("owner_name", "权利人名称"),
    Column("filed_on", "申请日", _DAY, "day"),
    Column("expires_on", "届满日", _DAY, "day"),
    Column("valuation.amount", "评估价值", "元", "money"),
    Column("valuation.method", "评估方法", "选项", "choice", _METHODS),
    Column("valuation.appraiser", "评估机构", "本行自评写 internal"),
    Column("valuation.valued_on", "评估基准日", _DAY, "day"),
)
MOST_RIGHTS: Final = 100

POSITION: Final = (
    Column("month", "月份", "如 2026-03", "text", required=False),
    Column("loan_no", "借据号", "", "number", required=False),
    Column("loan_id", "贷款编号", "借据号与贷款编号填一个", "number", required=False),
    Column("outstanding_principal", "贷款余额", "元", "money"),
    Column("overdue_days", "逾期天数", "天", "count"),
    Column("interest_arrears", "欠息", "元", "money", required=False),
    Column("penalty_interest", "罚息", "元", "money", required=False),
    Column("risk_class", "五级分类", "选项", "choice", RISK_CHOICES),
    Column("confirmed", "确认", "原因栏中的代码，逗号分隔", "text", required=False),
    Column("reason", "更正原因", "", required=False),
)

_BY_NUMBER: Final = re.compile(r"collateral\.(\d{1,2})\.(.+)", re.ASCII)
_BY_WORDS: Final = re.compile(r"质物(\d{1,3})(.+)", re.ASCII)


def right_columns(number: int) -> Iterator[Column]:
    """The columns of one right; people count from 1, the API from 0."""
    yield from _of_right(number, _RIGHT)


def entry_columns(number: int) -> Iterator[Column]:
    """Those of its entry in the register of pledges, for a loan that is filed afterwards."""
    yield from _of_right(number, _ENTRY)


def pledgor_columns(number: int, pledgor: int) -> Iterator[Column]:
    """The columns of one pledgor of a right."""
    for one in _of_right(number, _PLEDGOR):
        name = one.name.rpartition(".")[2]
        yield replace(
            one,
            name=f"collateral.{number}.pledgors.{pledgor}.{name}",
            zh=one.zh.replace(f"质物{number + 1}", f"质物{number + 1}出质人{pledgor + 1}", 1),
        )


def other_columns(number: int) -> Iterator[Column]:
    """The columns of one piece of other collateral; people count from 1, the API from 0."""
    for one in _OTHER:
        yield replace(
            one, name=f"other_collateral.{number}.{one.name}", zh=f"其他担保{number + 1}{one.zh}"
        )


def _of_right(number: int, columns: Sequence[Column]) -> Iterator[Column]:
    for one in columns:
        yield Column(
            f"collateral.{number}.{one.name}", f"质物{number + 1}{one.zh}", one.unit, one.kind,
            one.choices, one.required,
        )  # fmt: skip


def party_column(role: str) -> Column:
    """The column of a party beside pool and bank."""
    words = PARTIES.get(role)
    return Column(
        f"parties.{role}", f"{words.zh if words else role}代码", "", "number", required=False
    )


def application_column(heading: str) -> Column | None:
    """The column of an application that a heading, without its unit, names; None for none."""
    known = _LOANS.get(heading) or _LOANS.get(heading.lower())
    if known is not None:
        return known
    for found, first in ((_BY_NUMBER.fullmatch(heading), 0), (_BY_WORDS.fullmatch(heading), 1)):
        if found and first <= int(found[1]) < MOST_RIGHTS + first:
            number = int(found[1]) - first
            return next(
                (
                    one
                    for one in (
                        *right_columns(number),
                        *entry_columns(number),
                        *(c for n in range(PLEDGORS) for c in pledgor_columns(number, n)),
                    )
                    if found[2] in (one.name.split(".", 2)[2], one.zh.removeprefix(f"质物{number + 1}"))
                ),
                None,
            )  # fmt: skip
    if heading.startswith("documents.") and heading.count(".") == 1:
        return paper_column(heading.partition(".")[2])
    return None


def position_column(heading: str) -> Column | None:
    """The column of a monthly position that a heading names."""
    return _POSITIONS.get(heading) or _POSITIONS.get(heading.lower())


_LOANS: Final = dict(
    named(
        *(column for name in (*FACTS, *LABELS) if (column := fact_column(name)) is not None),
        *(paper_column(kind) for kind in DOCUMENTS),
        *(party_column(role) for role in PARTIES),
        # Last, so that a field of every application is not taken for a fact of the same words.
        *PAID_OUT,
        *(column for number in range(MOST_OTHERS) for column in other_columns(number)),
        *LOAN,
    )
)
_POSITIONS: Final = dict(named(*POSITION))
FINDS: Final[Mapping[BulkKind, Callable[[str], Column | None]]] = {
    "applications": application_column,
    "positions": position_column,
    "rights": right_column,
    "extracts": extract_column,
    "lists": list_column,
}
"""By kind of file, what knows its columns."""

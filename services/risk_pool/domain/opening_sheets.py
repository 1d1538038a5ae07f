"""The sheets of the workbook by which a pool is taken over, and their columns.

One list says what may stand in which column: the reader, the template and the manual are made of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from shared.life_cycle import Words
from shared.schemes.vocabulary import IP_KINDS, RISK_CLASSES

Kind = Literal["text", "money", "day", "flag", "percent", "count", "choice", "party", "bank"]

TOTALS, CONTRIBUTIONS, ITEMS = "totals", "contributions", "items"
LOANS, RIGHTS, CLAIMS = "loans", "rights", "claims"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name in the API and as a heading in English, its heading in Chinese."""

    name: str
    zh: str
    kind: Kind = "text"
    required: bool = True
    choices: Mapping[str, Words] | None = None
    note: str = ""
    """What somebody who fills it in has to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: its name, and what makes two of its rows the same."""

    name: str
    zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    takes_facts: bool = False
    """Whether further columns may be facts that a mode asks for."""

    def column(self, name: str) -> Column:
        """A column by its name."""
        return next(one for one in self.columns if one.name == name)


TOTAL_ITEMS: Final[Mapping[str, Words]] = {
    "balance": Words("专户余额", "balance of the dedicated account, by the bank's statement"),
    "contributions": Words("出资合计", "contributions"),
    "interest": Words("利息收入", "interest"),
    "recoveries": Words("追回款", "recoveries"),
    "claims": Words("代偿支出", "claims"),
    "fees": Words("费用支出", "fees"),
    "subsidies": Words("补贴支出", "subsidies"),
    "receivable": Words("应收合计", "receivables"),
    "payable": Words("应付合计", "payables"),
    "available": Words("可用资金", "available"),
    "covered": Words("在保本金", "covered principal of a bank"),
}
REQUIRED_TOTALS: Final = ("balance", "contributions", "available")
"""What must stand in the sheet of totals even where it is nought; another one left out is nought."""

DIRECTIONS: Final[Mapping[str, Words]] = {
    "receivable": Words("应收", "owed to the pool"),
    "payable": Words("应付", "owed by the pool"),
}
PURPOSES: Final[Mapping[str, Words]] = {
    "r_and_d": Words("研发", "research and development"),
    "industrialisation": Words("成果产业化", "industrialisation"),
    "ip_operation": Words("知识产权运营", "IP operation"),
    "working_capital": Words("流动资金", "working capital"),
    "equipment": Words("设备购置", "equipment"),
}
REPAYMENTS: Final[Mapping[str, Words]] = {
    "bullet": Words("到期一次还本", "bullet"),
    "equal_instalments": Words("等额还款", "equal instalments"),
    "interest_first": Words("先息后本", "interest first"),
}

_BANK = Column(name="bank", zh="银行", kind="bank", note="资金池中登记的银行代码或名称")
_LOAN_NO = Column(name="loan_no", zh="借据号", note="与银行月报一致")

SHEETS: Final[tuple[Sheet, ...]] = (
    Sheet(
        name=TOTALS, zh="合计", key=("item", "bank"),
        columns=(
            Column(name="item", zh="项目", kind="choice", choices=TOTAL_ITEMS),
            Column(name="bank", zh="银行", kind="bank", required=False,
                   note="仅“在保本金”按银行各填一行"),
            Column(name="amount", zh="金额", kind="money"),
        ),
    ),
    Sheet(
        name=CONTRIBUTIONS, zh="出资", key=("party",),
        columns=(
            Column(name="party", zh="出资方", kind="party", note="参与方代码或名称，每方一行"),
            Column(name="amount", zh="已到位金额", kind="money"),
            Column(name="note", zh="备注", required=False),
        ),
    ),
    Sheet(
        name=ITEMS, zh="往来", key=("party", "direction", "since", "reason"),
        columns=(
            Column(name="party", zh="对方", kind="party"),
            Column(name="direction", zh="方向", kind="choice", choices=DIRECTIONS),
            Column(name="amount", zh="金额", kind="money"),
            Column(name="since", zh="发生日", kind="day"),
            Column(name="due_on", zh="到期日", kind="day"),
            Column(name="reason", zh="事由"),
        ),
    ),
    Sheet(
        name=LOANS, zh="在保贷款", key=("bank", "loan_no"), takes_facts=True,
        columns=(
            _BANK,
            _LOAN_NO,
            Column(name="borrower_name", zh="企业名称"),
            Column(name="borrower_uscc", zh="统一社会信用代码"),
            Column(name="borrower_registered_on", zh="成立日期", kind="day"),
            Column(name="borrower_is_sme", zh="中小微企业", kind="flag"),
            Column(name="amount", zh="贷款本金", kind="money", note="已发放的本金"),
            Column(name="outstanding", zh="未还本金", kind="money", note="接管前一日日终"),
            Column(name="ip_share", zh="知识产权部分占比", kind="percent", required=False,
                   note="占比与金额填一项"),
            Column(name="ip_amount", zh="知识产权部分金额", kind="money", required=False),
            Column(name="covered", zh="在保本金", kind="money",
                   note="不超过未还本金乘以知识产权部分占比"),
            Column(name="annual_rate", zh="年利率", kind="percent"),
            Column(name="approved_on", zh="批准日", kind="day", note="决定适用哪一版办法"),
            Column(name="disbursed_on", zh="放款日", kind="day"),
            Column(name="matures_on", zh="到期日", kind="day"),
            Column(name="mode", zh="合作模式", note="办法中的模式代码"),
            Column(name="purpose", zh="用途", kind="choice", choices=PURPOSES),
            Column(name="repayment", zh="还款方式", kind="choice", choices=REPAYMENTS),
            Column(name="overdue_days", zh="逾期天数", kind="count", required=False, note="空为 0"),
            Column(name="risk_class", zh="五级分类", kind="choice", required=False,
                   choices={name: Words(w.zh, w.en) for name, w in RISK_CLASSES.items()},
                   note="空为正常"),
            Column(name="has_other_collateral", zh="有其他担保", kind="flag", required=False,
                   note="空为否"),
            Column(name="is_first_loan", zh="首贷", kind="flag", required=False, note="空为否"),
            Column(name="parties", zh="其他承担方", required=False,
                   note="角色=参与方代码，分号隔开；池中该角色只有一家时可空"),
        ),
    ),
    Sheet(
        name=RIGHTS, zh="质押权利", key=("kind", "number", "nice_class"),
        columns=(
            _BANK,
            _LOAN_NO,
            Column(name="kind", zh="权利种类", kind="choice",
                   choices={name: Words(w.zh, w.en) for name, w in IP_KINDS.items()}),
            Column(name="number", zh="权利号"),
            Column(name="nice_class", zh="商标类别", kind="count", required=False,
                   note="仅商标填写，1 至 45"),
            Column(name="name", zh="权利名称"),
            Column(name="owner_name", zh="权利人"),
            Column(name="filed_on", zh="申请日", kind="day"),
            Column(name="expires_on", zh="有效期至", kind="day"),
            Column(name="registration_no", zh="质押登记号"),
            Column(name="registered_on", zh="质押登记日", kind="day"),
        ),
    ),
    Sheet(
        name=CLAIMS, zh="已代偿", key=("bank", "loan_no"),
        columns=(
            _BANK,
            _LOAN_NO,
            Column(name="book_number", zh="原代偿编号", note="原账的编号或拨款凭证号"),
            Column(name="borrower_name", zh="企业名称"),
            Column(name="borrower_uscc", zh="统一社会信用代码"),
            Column(name="mode", zh="合作模式", note="办法中的模式代码"),
            Column(name="amount", zh="贷款本金", kind="money"),
            Column(name="ip_share", zh="知识产权部分占比", kind="percent", required=False,
                   note="占比与金额填一项"),
            Column(name="ip_amount", zh="知识产权部分金额", kind="money", required=False),
            Column(name="annual_rate", zh="年利率", kind="percent"),
            Column(name="approved_on", zh="批准日", kind="day", note="贷款的批准日"),
            Column(name="disbursed_on", zh="放款日", kind="day"),
            Column(name="matures_on", zh="到期日", kind="day"),
            Column(name="claimed_on", zh="代偿申请日", kind="day"),
            Column(name="decided_on", zh="代偿批准日", kind="day"),
            Column(name="paid_on", zh="代偿拨付日", kind="day"),
            Column(name="principal", zh="代偿时未还本金", kind="money"),
            Column(name="pool_share", zh="资金池承担", kind="money"),
            Column(name="bank_share", zh="银行承担", kind="money"),
            Column(name="other_shares", zh="其他承担", required=False,
                   note="角色=金额，分号隔开，如 guarantor=400000.00"),
            Column(name="pool_returned", zh="资金池已收回", kind="money", note="追回款中已返还资金池的"),
            Column(name="bank_returned", zh="银行已收回", kind="money"),
            Column(name="other_returned", zh="其他已收回", required=False,
                   note="角色=金额，分号隔开"),
            Column(name="parties", zh="其他承担方", required=False,
                   note="角色=参与方代码，分号隔开；池中该角色只有一家时可空"),
        ),
    ),
)  # fmt: skip

BY_NAME: Final = {sheet.name: sheet for sheet in SHEETS}

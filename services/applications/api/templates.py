"""Tables to fill in: one column for each field of a step, and one for each fact that it needs."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from shared.schemes.facts import FactDay, FactNeeded
from shared.schemes.stated import UNITS
from shared.schemes.vocabulary import FactKind

_FIELDS: Final[Mapping[FactDay, Sequence[tuple[str, str, str]]]] = {
    "approval": (
        ("pool_code", "资金池代码", ""),
        ("mode", "合作模式", ""),
        ("borrower.uscc", "统一社会信用代码", "18 位"),
        ("borrower.name", "企业名称", ""),
        ("borrower.registered_on", "成立日期", "如 2016-05-18"),
        ("borrower.is_sme", "中小微企业", "是/否"),
        ("borrower.region_code", "注册地行政区划代码", "6 位"),
        ("amount", "贷款金额", "元"),
        ("tenor_months", "期限", "月"),
        ("annual_rate_bp", "年利率", "基点"),
        ("purpose", "用途", "选项"),
        ("repayment", "还款方式", "选项"),
        ("has_other_collateral", "有其他担保", "是/否"),
        ("ip_share_bp", "知识产权部分占比", "基点"),
        ("ip_amount", "知识产权部分金额", "元"),
        ("is_first_loan", "首贷", "是/否"),
    ),
    "disbursement": (
        ("number", "申请编号", ""),
        ("loan_no", "借据号", ""),
        ("amount", "放款金额", "元"),
        ("disbursed_on", "放款日", "如 2026-03-02"),
        ("matures_on", "到期日", "如 2027-03-02"),
    ),
    "claim": (
        ("loan_number", "贷款编号", ""),
        ("outstanding_principal", "未还本金", "元"),
        ("interest_arrears", "欠息", "元"),
        ("penalty_interest", "罚息", "元"),
        ("compound_interest", "复利", "元"),
        ("facts.overdue_days", "逾期天数", "天"),
        ("facts.risk_class", "五级分类", "选项"),
    ),
}
"""Step → its fields: name in the API, in Chinese, and the unit."""

_BOM: Final = "\ufeff"
"""Without it spreadsheets read Chinese in a CSV as something else."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a table: its name in the API, for people, its unit, and where it comes from."""

    name: str
    zh: str
    unit: str
    kind: FactKind | Literal["day", "text"]
    source: str = ""
    """The rule that asks for a fact; "" for a field that every mode has."""


def columns_of(at: FactDay, facts: Iterable[FactNeeded]) -> list[Column]:
    """The fields of a step, and behind them the facts that the mode asks for."""
    fields = [Column(name, zh, unit, _kind(name, unit)) for name, zh, unit in _FIELDS[at]]
    return fields + [
        Column(f"attributes.{fact.name}", fact.zh, UNITS[fact.kind].zh, fact.kind, fact.source)
        for fact in facts
    ]


def _kind(name: str, unit: str) -> FactKind | Literal["day", "text"]:
    if name.endswith("_on"):
        return "day"
    kinds: Mapping[str, FactKind] = {
        "元": "money", "月": "count", "基点": "count", "天": "count", "是/否": "flag",
    }  # fmt: skip
    return kinds.get(unit, "text")


def begun(columns: Sequence[Column], *, pool_code: str, mode: str) -> list[str]:
    """The first row to fill in: what is known already; nothing where the step names its loan."""
    given = {"pool_code": pool_code, "mode": mode}
    return [given.get(one.name, "") for one in columns]


def template(at: FactDay, facts: Iterable[FactNeeded], *, pool_code: str, mode: str) -> bytes:
    """The table of a step as CSV: names for people, names of the API, units, and one row begun."""
    columns = columns_of(at, facts)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([one.zh for one in columns])
    writer.writerow([one.name for one in columns])
    writer.writerow([one.unit for one in columns])
    first = begun(columns, pool_code=pool_code, mode=mode)
    if any(first):
        writer.writerow(first)
    return (_BOM + written.getvalue()).encode()

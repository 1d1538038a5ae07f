"""Which column of a bank's table says what. Names as the large Chinese banks print them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.sheets.cells import Cell, narrow

_NAMES: Mapping[str, tuple[str, ...]] = {
    "day": (
        "交易日期", "记账日期", "记账日", "入账日期", "入账日", "交易日", "日期", "交易时间",
        "记账时间", "交易日期时间", "发生日期", "账务日期", "会计日期", "date", "bookingdate",
        "transactiondate", "postingdate",
    ),
    "out": (
        "借方", "借方发生额", "借方金额", "借方发生金额", "支出", "支出金额", "付款金额", "付出",
        "付出金额", "转出金额", "支取", "支取金额", "借", "debit", "debitamount", "withdrawal",
        "moneyout",
    ),
    "in": (
        "贷方", "贷方发生额", "贷方金额", "贷方发生金额", "收入", "收入金额", "收款金额", "存入",
        "存入金额", "转入金额", "贷", "credit", "creditamount", "deposit", "moneyin",
    ),
    "amount": (
        "金额", "交易金额", "发生额", "发生金额", "交易额", "收支金额", "amount",
        "transactionamount",
    ),
    "flag": (
        "借贷标志", "借贷标识", "借贷", "借/贷", "借贷方向", "借贷别", "收支", "收支标志",
        "收支方向", "收付标志", "收/支", "方向", "交易方向", "dc", "d/c", "dr/cr", "drcr",
        "debit/credit", "direction",
    ),
    "balance": (
        "余额", "账户余额", "当前余额", "交易后余额", "本次余额", "联机余额", "账面余额", "balance",
        "runningbalance",
    ),
    "name": (
        "对方户名", "对方名称", "对方账户名称", "对方账户名", "对方账号名称", "对手方名称",
        "对手户名", "交易对手名称", "交易对手", "交易对方", "对方单位名称", "对方单位",
        "收(付)方名称", "收付方名称", "收付款人名称", "对方信息", "counterparty",
        "counterpartyname",
    ),
    "account": (
        "对方账号", "对方账户", "对方账户账号", "对手账号", "对手方账号", "交易对手账号",
        "交易对方账号", "收(付)方账号", "收付方账号", "收付款人账号", "counterpartyaccount",
    ),
    "payer_name": ("付款人名称", "付款方户名", "付款人", "付款方名称", "付款人户名"),
    "payer_account": ("付款人账号", "付款方账号", "付款账号"),
    "payee_name": ("收款人名称", "收款方户名", "收款人", "收款方名称", "收款人户名"),
    "payee_account": ("收款人账号", "收款方账号", "收款账号"),
    "purpose": (
        "摘要", "附言", "用途", "备注", "交易摘要", "交易附言", "交易用途", "摘要/附言", "附言/摘要",
        "摘要附言", "摘要说明", "个性化信息", "purpose", "summary", "remark", "remarks",
        "description",
    ),
    "reference": (
        "交易流水号", "流水号", "交易流水", "银行流水号", "核心流水号", "柜员流水号", "业务编号",
        "交易参考号", "交易编号", "账户明细编号-交易流水号", "凭证号", "凭证号码", "凭证编号",
        "reference", "transactionid", "bankreference",
    ),
}  # fmt: skip
"""The first name that a table has counts; of purposes and references, all in this order."""

_SEVERAL = frozenset({"purpose", "reference"})
_UNIT = re.compile(r"\((?:元|人民币|人民币元|rmb|cny|yuan|单位:?元)\)|/元$")
HIGHEST_HEADER = 40
"""Above the table stand the account, its holder, the days: never more rows than this."""


def heading(value: Cell) -> str:
    """A column's name as it is looked up: narrow, without blanks and units, 帐 as 账."""
    text = re.sub(r"\s+", "", narrow(value).lower()).replace("帐", "账")
    return _UNIT.sub("", text).strip("*:")


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of the columns in a table."""

    header: int
    """The index of the header row."""
    at: Mapping[str, tuple[int, ...]]

    def cells(self, row: Sequence[Cell], name: str) -> list[Cell]:
        """What a row says in the columns of a name, in their order."""
        return [row[place] for place in self.at.get(name, ()) if place < len(row)]

    def cell(self, row: Sequence[Cell], name: str) -> Cell:
        """What a row says in the one column of a name."""
        return next(iter(self.cells(row, name)), None)

    def text(self, row: Sequence[Cell], name: str) -> str:
        """The same as narrow text; the first of several columns that says anything."""
        return next((text for one in self.cells(row, name) if (text := narrow(one))), "")


def find_columns(rows: Sequence[Sequence[Cell]]) -> Columns | None:
    """The header row: the first that names a day and an amount. None where there is none."""
    for index, row in enumerate(rows[:HIGHEST_HEADER]):
        at = _places([heading(cell) for cell in row])
        if "day" in at and ("amount" in at or {"in", "out"} <= at.keys()):
            return Columns(index, at)
    return None


def _places(headings: Sequence[str]) -> dict[str, tuple[int, ...]]:
    found = {}
    for name, known in _NAMES.items():
        places = [headings.index(word) for word in known if word in headings]
        if places:
            found[name] = tuple(places) if name in _SEVERAL else (places[0],)
    return found

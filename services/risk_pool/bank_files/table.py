"""A table of a bank, from CSV or from a spreadsheet, read row by row; every row has its result."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from services.risk_pool.bank_files.columns import Columns, find_columns, heading
from services.risk_pool.domain.account_statement import (
    MOST_ROWS,
    AccountEntry,
    RowResult,
    StatementRead,
    StatementUnreadable,
)
from shared.sheets.cells import LONGEST_CELL, Cell, day_of, fen_of, narrow, plain

_NO_ENTRY = re.compile(
    r"(?:合计|总计|小计|共计|总笔数|本页|本期|本月合计|累计|借方合计|贷方合计|收入合计|支出合计|"
    r"借方总|贷方总|期初|期末|承前|过次|上期|上页|下页|打印|制表|第\d+页|共\d+|以下空白|说明|注[::]|"
    r"total|sum|page|end)",
    re.IGNORECASE,
)
"""How rows below, above and between the entries begin."""
_OUT = frozenset(
    {"借", "借方", "支", "支出", "付", "付款", "转出", "d", "dr", "debit", "dbit", "-"}
)
_IN = frozenset({"贷", "贷方", "收", "收入", "收款", "转入", "c", "cr", "credit", "crdt", "+"})
_ACCOUNT = (
    "账号",
    "账户",
    "账户号",
    "银行账号",
    "本方账号",
    "查询账号",
    "accountnumber",
    "account",
)
_CURRENCY = ("币种", "币别", "货币", "currency")
_OPENING = ("期初余额", "上期余额", "承前余额", "上期结余", "openingbalance")
_CLOSING = ("期末余额", "本期余额", "本期结余", "closingbalance")
_YUAN = frozenset({"人民币", "cny", "rmb", "156", "人民币元", "元"})


class _RowWrong(Exception):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def read_table(rows: Sequence[Sequence[Cell]], form: Literal["csv", "xlsx"]) -> StatementRead:
    """The entries of a table. Raises StatementUnreadable where it has no header row, or too many
    rows."""
    columns = find_columns(rows)
    if columns is None:
        raise StatementUnreadable(
            "找不到表头：须有日期列，以及金额列或借方、贷方（收入、支出）两列。",
            "There is no header row: a day, and an amount or two columns of debits and credits.",
        )
    if len(rows) > MOST_ROWS:
        raise StatementUnreadable(
            f"超过 {MOST_ROWS} 行，请按月拆分。", f"More than {MOST_ROWS} rows; split it by month."
        )
    entries, results = [], []
    for line, row in enumerate(rows[columns.header + 1 :], start=columns.header + 2):
        try:
            entry = _entry(line, row, columns, rows[columns.header])
        except _RowWrong as wrong:
            results.append(RowResult(line=line, outcome="refused", zh=wrong.zh, en=wrong.en))
            continue
        if entry is None:
            results.append(_passed_over(line, row))
            continue
        entries.append(entry)
        results.append(RowResult(line=line, outcome="read", zh="已读取", en="read"))
    said = dict(_said_around(rows, columns.header))
    return StatementRead(
        format=form,
        entries=tuple(entries),
        rows=tuple(results),
        account_number=re.sub(r"[\s-]", "", said.get("account", "")),
        currency=_currency(said.get("currency", "")),
        opening_fen=_stated(said.get("opening")),
        closing_fen=_stated(said.get("closing")),
    )


def _passed_over(line: int, row: Sequence[Cell]) -> RowResult:
    words = next((narrow(cell)[:40] for cell in row if narrow(cell)), "")
    zh, en = (f"非流水行：{words}", f"no entry: {words}") if words else ("空行", "empty")
    return RowResult(line=line, outcome="passed_over", zh=zh, en=en)


def _entry(
    line: int, row: Sequence[Cell], columns: Columns, header: Sequence[Cell]
) -> AccountEntry | None:
    """The entry of a row; None where it is none: empty, a total, a header repeated on each page.

    Raises _RowWrong.
    """
    if not any(narrow(cell) for cell in row):
        return None
    if [heading(cell) for cell in row] == [heading(cell) for cell in header]:
        return None
    words = next(narrow(cell) for cell in row if narrow(cell))
    if _NO_ENTRY.match(words) and not _is_day(columns.cell(row, "day")):
        return None
    day = columns.cell(row, "day")
    if not narrow(day):
        raise _RowWrong("缺少日期", "no day")
    if not _is_day(day):
        raise _RowWrong(f"日期无法识别：{narrow(day)[:40]}", f"not a day: {narrow(day)[:40]}")
    if any(len(plain(cell)) > LONGEST_CELL for cell in row):
        raise _RowWrong(f"文字超过 {LONGEST_CELL} 字", f"text above {LONGEST_CELL} characters")
    amount_fen = _amount(row, columns)
    incoming = amount_fen > 0
    return AccountEntry(
        line=line,
        booked_on=day_of(day),
        amount_fen=amount_fen,
        balance_fen=_fen(columns.cell(row, "balance"), "余额", "balance"),
        reference=columns.text(row, "reference"),
        counterparty_name=columns.text(row, "name")
        or columns.text(row, "payer_name" if incoming else "payee_name"),
        counterparty_account=re.sub(
            r"[\s-]", "",
            columns.text(row, "account")
            or columns.text(row, "payer_account" if incoming else "payee_account"),
        ),
        purpose=" ".join(dict.fromkeys(filter(None, map(plain, columns.cells(row, "purpose"))))),
    )  # fmt: skip


def _is_day(cell: Cell) -> bool:
    try:
        day_of(cell)
    except ValueError:
        return False
    return True


def _fen(cell: Cell, zh: str, en: str) -> int | None:
    try:
        return fen_of(cell)
    except ValueError:
        raise _RowWrong(
            f"{zh}无法识别：{narrow(cell)[:40]}", f"not an amount ({en}): {narrow(cell)[:40]}"
        ) from None


def _amount(row: Sequence[Cell], columns: Columns) -> int:
    """Money in positive, money out negative. A red entry (negative debit) is money in.

    Banks keep the account from their own side: 借方 is what leaves it, 贷方 what comes in.
    """
    out_fen = _fen(columns.cell(row, "out"), "借方金额", "debit") or 0
    in_fen = _fen(columns.cell(row, "in"), "贷方金额", "credit") or 0
    if out_fen and in_fen:
        raise _RowWrong("借方与贷方同时有金额", "both a debit and a credit")
    if out_fen or in_fen:
        return in_fen - out_fen
    amount_fen = _fen(columns.cell(row, "amount"), "金额", "amount")
    if not amount_fen:
        raise _RowWrong("缺少金额", "no amount")
    if "flag" not in columns.at:
        return amount_fen
    flag = columns.text(row, "flag").lower()
    if flag in _IN:
        return amount_fen
    if flag in _OUT:
        # Some banks sign the amount beside the flag; a minus beside 借 says it once more.
        return -abs(amount_fen) if columns.text(row, "amount").startswith("-") else -amount_fen
    raise _RowWrong(f"借贷标志无法识别：{flag[:20]}", f"neither debit nor credit: {flag[:20]}")


def _said_around(rows: Sequence[Sequence[Cell]], header: int) -> Iterator[tuple[str, str]]:
    """What stands beside the table: account, currency, balances; later rows do not overrule."""
    wanted = {"account": _ACCOUNT, "currency": _CURRENCY, "opening": _OPENING, "closing": _CLOSING}
    found: set[str] = set()
    beside = [*rows[:header], *(row for row in rows[header + 1 :] if _is_beside(row))]
    for row in beside:
        texts = [narrow(cell) for cell in row]
        for index, text in enumerate(texts):
            name, _, value = text.partition(":")
            known = heading(name)
            value = value.strip() or next(filter(None, texts[index + 1 :]), "")
            for what, names in wanted.items():
                if known in names and what not in found and value:
                    found.add(what)
                    yield what, value


def _is_beside(row: Sequence[Cell]) -> bool:
    words = next((narrow(cell) for cell in row if narrow(cell)), "")
    return bool(_NO_ENTRY.match(words))


def _currency(text: str) -> str:
    word = text.strip().lower()
    return "CNY" if word in _YUAN else text.strip().upper()[:20]


def _stated(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return fen_of(text)
    except ValueError:
        return None

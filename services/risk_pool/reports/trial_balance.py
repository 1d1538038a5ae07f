"""The trial balance as a workbook: money and exposure apart, each with totals as formulas."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from services.risk_pool.reports.words import Language

_FONT = {"font_name": "Microsoft YaHei", "font_size": 10}
_MONEY = {**_FONT, "num_format": "#,##0.00;[Red]-#,##0.00"}
_WORDS = {
    "zh": ("科目", "代码", "借方发生", "贷方发生", "余额", "合计", "资金（表内）", "额度（表外）"),
    "en": ("Account", "Code", "Debited", "Credited", "Balance", "Total", "Money", "Exposure"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An account of the trial balance."""

    account: str
    words: str
    off_balance: bool
    debited_fen: int
    credited_fen: int
    balance_fen: int


def as_workbook(title: str, lines: Sequence[Line], *, language: Language) -> bytes:
    """One sheet for money and one for exposure; nothing adds the two."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(
        held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title})
    plain, money = book.add_format(_FONT), book.add_format(_MONEY)
    head = book.add_format({**_FONT, "bold": True, "bg_color": "#E8EEF6", "bottom": 2})
    total = book.add_format({**_MONEY, "bold": True, "top": 1})
    *heads, together, in_money, in_exposure = _WORDS[language]
    for name, off_balance in ((in_money, False), (in_exposure, True)):
        sheet = book.add_worksheet(name)
        sheet.set_column(0, 1, 34)
        sheet.set_column(2, 4, 20)
        sheet.write_string(0, 0, title, plain)
        sheet.write_row(1, 0, heads, head)
        alike = [one for one in lines if one.off_balance == off_balance]
        for row, one in enumerate(alike, 2):
            sheet.write_string(row, 0, one.words, plain)
            sheet.write_string(row, 1, one.account, plain)
            for column, fen in enumerate((one.debited_fen, one.credited_fen, one.balance_fen), 2):
                sheet.write_number(row, column, fen / 100, money)
        last = len(alike) + 2
        sheet.write_string(last, 0, together, total)
        sheet.write_blank(last, 1, None, total)
        sums = (sum(one.debited_fen for one in alike), sum(one.credited_fen for one in alike))
        for column, fen in enumerate(sums, 2):
            if not alike:
                sheet.write_number(last, column, 0, total)
                continue
            first, end = xl_rowcol_to_cell(2, column), xl_rowcol_to_cell(last - 1, column)
            sheet.write_formula(last, column, f"=SUM({first}:{end})", total, fen / 100)
    book.close()
    return held.getvalue()

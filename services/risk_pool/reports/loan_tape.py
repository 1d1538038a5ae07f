"""The pool tape of a loan package: its loans as they were frozen, one a row, as CSV and XLSX.

The columns are stated once, here; the workbook explains them on a sheet of its own. A package never
changes, so its tape can be made again at any time and says the same.
"""

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import xlsxwriter

from services.risk_pool.reports.words import Language
from shared.money import format_fen


@dataclass(frozen=True, slots=True)
class TapeColumn:
    """A column: the fact of a frozen loan, what it is called, and what it means."""

    name: str
    zh: str
    en: str
    kind: Literal["text", "money", "count", "day"] = "text"
    means_zh: str = ""
    means_en: str = ""


COLUMNS: Final = (
    TapeColumn("row_no", "序号", "No.", "count", "在资产包中的序号", "place in the package"),
    TapeColumn("number", "业务编号", "case", "text", "入库业务编号", "the case's number"),
    TapeColumn("loan_no", "借据号", "loan no.", "text", "银行借据号", "the bank's own number"),
    TapeColumn("bank_code", "银行", "bank", "text", "放款银行代码", "the lender's code"),
    TapeColumn("mode", "产品", "product", "text", "分担模式代码", "the sharing mode's code"),
    TapeColumn("borrower_uscc", "信用代码", "credit code", "text", "借款企业统一社会信用代码",
               "the borrower's unified social credit code"),
    TapeColumn("borrower_name", "借款企业", "borrower", "text", "企业名称", "the firm's name"),
    TapeColumn("ip_kind", "权利种类", "kind of right", "text",
               "批准时质押权利的种类；several 为多种类", "at the approval; several: mixed"),
    TapeColumn("contract_fen", "放款金额", "lent", "money", "已放款金额（元）", "yuan, as lent"),
    TapeColumn("balance_fen", "余额", "balance", "money", "选定日的未还本金（元）",
               "outstanding principal on the day of the package, yuan"),
    TapeColumn("covered_fen", "在保本金", "covered", "money", "余额中由资金池保障的部分（元）",
               "of it covered by the pool, yuan"),
    TapeColumn("annual_rate_bp", "年利率（基点）", "rate (bp)", "count", "合同年利率，万分之一",
               "the contract's yearly rate in basis points"),
    TapeColumn("disbursed_on", "放款日", "lent on", "day", "首次放款日", "first disbursement"),
    TapeColumn("matures_on", "到期日", "matures on", "day", "合同到期日，含已批准的展期",
               "contract maturity with agreed extensions"),
    TapeColumn("rest_days", "剩余天数", "rest days", "count", "选定日至到期日，已过为 0",
               "from the day of the package to maturity, 0 once past"),
    TapeColumn("overdue_days", "逾期天数", "overdue days", "count", "最近月报", "as last reported"),
    TapeColumn("risk_class", "五级分类", "risk class", "text", "最近月报；空为尚未报送",
               "as last reported; empty: not reported yet"),
    TapeColumn("position_month", "月报月份", "reported for", "text", "余额与分类所据的月报",
               "the month whose report these are of"),
)  # fmt: skip

_FORMULA: Final = ("=", "+", "-", "@")


def as_csv(rows: Sequence[Mapping[str, Any]], *, language: Language) -> bytes:
    """The tape as text, with the mark that Excel in Chinese asks for; amounts in yuan. A name that
    a spreadsheet would take for a formula is quoted by an apostrophe."""
    held = io.StringIO(newline="")
    writer = csv.writer(held, lineterminator="\r\n")
    writer.writerow([getattr(one, language) for one in COLUMNS])
    writer.writerows([[_text(one, row[one.name]) for one in COLUMNS] for row in rows])
    return codecs.BOM_UTF8 + held.getvalue().encode()


def _text(column: TapeColumn, value: Any) -> str:
    if column.kind == "money":
        return format_fen(value)
    text = str(value)
    is_formula = column.kind == "text" and text.startswith(_FORMULA)
    return f"'{text}" if is_formula else text


def as_workbook(
    package: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], *, language: Language
) -> bytes:
    """The tape as XLSX: the loans with the sum of their balances, and what each column means.

    A spreadsheet keeps numbers as floats; amounts below a hundred trillion yuan keep their fen.
    """
    held = io.BytesIO()
    book = xlsxwriter.Workbook(
        held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format({"bold": True, "bg_color": "#E8EEF6", "text_wrap": True})
    formats = {
        "money": book.add_format({"num_format": "#,##0.00"}),
        "count": book.add_format({"num_format": "0"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "text": book.add_format({"num_format": "@"}),
    }
    sheet = book.add_worksheet(package["number"][:31])
    sheet.freeze_panes(1, 2)
    for n, column in enumerate(COLUMNS):
        sheet.set_column(n, n, 24 if column.kind == "text" else 16)
        sheet.write_string(0, n, getattr(column, language), head)
        for at, row in enumerate(rows, 1):
            _write(sheet, at, n, column, row[column.name], formats[column.kind])
    about = book.add_worksheet("栏目说明" if language == "zh" else "Columns")
    about.set_column(0, 1, 20)
    about.set_column(2, 2, 60)
    for at, column in enumerate(COLUMNS):
        about.write_row(
            at, 0, [column.name.removesuffix("_fen"), getattr(column, language),
                    getattr(column, f"means_{language}")],
        )  # fmt: skip
    book.close()
    return held.getvalue()


def _write(sheet: Any, at: int, n: int, column: TapeColumn, value: Any, form: Any) -> None:
    if column.kind == "money":
        sheet.write_number(at, n, value / 100, form)
    elif column.kind == "count":
        sheet.write_number(at, n, value, form)
    elif column.kind == "day":
        sheet.write_datetime(at, n, date.fromisoformat(value), form)
    else:
        sheet.write_string(at, n, str(value), form)

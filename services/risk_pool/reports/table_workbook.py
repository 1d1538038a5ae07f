"""Reports as a workbook: a sheet for each table, totals as formulas, and where each figure is from."""

import io
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from services.risk_pool.reports.words import Language
from shared.money import parse_fen

_FORMS = {"money": "#,##0.00;[Red]-#,##0.00", "count": "#,##0", "percent": "0.00%", "text": "@"}
_SOURCES = {"zh": "数字来源", "en": "Sources"}
_SOURCE_HEADS = {
    "zh": ("表", "行", "列", "数字", "地址（平台接口）"),
    "en": ("table", "row", "column", "figure", "address (API)"),
}
_NOT_IN_A_NAME = str.maketrans("", "", "[]:*?/\\")
_UNIT = {"zh": "金额单位：人民币元", "en": "Amounts in yuan (CNY)"}


def as_workbook(report: dict[str, Any], *, language: Language) -> bytes:
    """A report (`Report.as_data`) as XLSX.

    A spreadsheet keeps numbers as floats; amounts below a hundred trillion yuan keep their fen.
    """
    held = io.BytesIO()
    book = xlsxwriter.Workbook(
        held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": f"{report['pool_name']} {report[language]} {report['period']}"})
    formats = _formats(book)
    for table in report["tables"]:
        _sheet(book, formats, report, table, language)
    _sources(book, formats, report, language)
    book.close()
    return held.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    font: dict[str, Any] = {"font_name": "Microsoft YaHei", "font_size": 10}
    formats: dict[str, dict[str, Any]] = {
        "title": {"font_size": 14, "bold": True, "font_color": "#0F4C81"},
        "soft": {"font_color": "#6B7280"},
        "head": {"bold": True, "bg_color": "#E8EEF6", "bottom": 2, "text_wrap": True},
        "sum": {"bold": True, "top": 1},
    }
    for unit, form in _FORMS.items():
        formats[unit] = {"num_format": form}
        formats[f"sum_{unit}"] = {"num_format": form, "bold": True, "top": 1}
    return {name: book.add_format({**font, **one}) for name, one in formats.items()}


def _sheet(
    book: Any, formats: dict[str, Any], report: dict[str, Any], table: dict[str, Any],
    language: Language,
) -> None:  # fmt: skip
    sheet = book.add_worksheet(_sheet_name(table[language]))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(table["columns"]), 20)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write(0, 0, report["pool_name"], formats["soft"])
    sheet.write(1, 0, f"{report[language]} · {table[language]}", formats["title"])
    sheet.write(2, 0, f"{report['first']} — {report['last']} · {_UNIT[language]}", formats["soft"])
    heads = [table["first_column"], *table["columns"]]
    sheet.write_row(4, 0, [one[language] for one in heads], formats["head"])
    sheet.freeze_panes(5, 1)
    row = 5
    for line in table["rows"]:
        sheet.write(row, 0, line[language], formats["text"])
        for column, one in enumerate(table["columns"], 1):
            _write(sheet, formats, row, column, line["cells"][one["name"]]["value"], one["unit"])
        row += 1
    if table["total"] is not None:
        _total(sheet, formats, table, row, language)
        row += 1
    for note in report["notes"]:
        row += 1
        sheet.write(row, 0, note[language], formats["soft"])


def _sheet_name(title: str) -> str:
    """A table's title as a spreadsheet takes it: at most 31 characters, some of them not at all."""
    return title.translate(_NOT_IN_A_NAME)[:31]


def _write(
    sheet: Worksheet, formats: dict[str, Any], row: int, column: int, value: Any, unit: str,
    kind: str = "",
) -> None:  # fmt: skip
    form = formats[f"{kind}{unit}"]
    if value is None:
        sheet.write_blank(row, column, None, form)
    elif unit == "text":
        sheet.write_string(row, column, str(value), form)
    else:
        sheet.write_number(row, column, _number(value, unit), form)


def _number(value: Any, unit: str) -> float:
    if unit == "money":
        return parse_fen(value) / 100
    return int(value) / 10_000 if unit == "percent" else int(value)


def _total(
    sheet: Worksheet, formats: dict[str, Any], table: dict[str, Any], row: int, language: Language
) -> None:
    """Sums over the rows above where they are sums; a ratio or a part of a longer list is written."""
    sheet.write(row, 0, table["total"][language], formats["sum"])
    for column, one in enumerate(table["columns"], 1):
        name, unit = one["name"], one["unit"]
        value = table["total"]["cells"][name]["value"]
        adds_up = (
            unit == "money"
            and value is not None
            and table["rows"]
            and parse_fen(value)
            == sum(parse_fen(line["cells"][name]["value"]) for line in table["rows"])
        )
        if adds_up:
            top, bottom = xl_rowcol_to_cell(5, column), xl_rowcol_to_cell(row - 1, column)
            sheet.write_formula(
                row, column, f"=SUM({top}:{bottom})", formats["sum_money"], _number(value, unit)
            )
        else:
            _write(sheet, formats, row, column, value, unit, "sum_")


def _sources(
    book: Any, formats: dict[str, Any], report: dict[str, Any], language: Language
) -> None:
    sheet = book.add_worksheet(_SOURCES[language])
    sheet.set_column(0, 3, 24)
    sheet.set_column(4, 4, 90)
    sheet.write_row(0, 0, _SOURCE_HEADS[language], formats["head"])
    sheet.freeze_panes(1, 0)
    row = 0
    for table in report["tables"]:
        for line in [*table["rows"], *([table["total"]] if table["total"] else [])]:
            for one in table["columns"]:
                cell = line["cells"][one["name"]]
                if cell["href"] and cell["value"] is not None:
                    row += 1
                    sheet.write(row, 0, table[language], formats["text"])
                    sheet.write(row, 1, line[language], formats["text"])
                    sheet.write(row, 2, one[language], formats["text"])
                    _write(sheet, formats, row, 3, cell["value"], one["unit"])
                    sheet.write_string(row, 4, cell["href"], formats["soft"])

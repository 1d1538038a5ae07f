"""The workbook to fill in when a pool is taken over: a sheet each, and one that explains them."""

import io
from typing import Any, Final

import xlsxwriter

from services.risk_pool.domain.opening_sheets import SHEETS, Column, Kind, Sheet

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_LAST_ROW: Final = 20_000
_FORMATS: Final = {"money": "#,##0.00", "count": "0", "day": "yyyy-mm-dd", "percent": "0.00%"}
_KINDS: Final[dict[Kind, str]] = {
    "text": "文字", "money": "金额（元）", "day": "日期，如 2026-03-02", "flag": "是 / 否",
    "percent": "百分比，如 4.35%", "count": "整数", "choice": "选项", "party": "参与方代码或名称",
    "bank": "银行代码或名称",
}  # fmt: skip
_FACTS: Final = "办法按贷款事实分档的，在“在保贷款”表后加列，表头写“事实:”和事实名称（如“事实:科技型中小企业”）。"


def template() -> bytes:
    """The empty workbook: headings in Chinese, below them the names of the API."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#E4EEF8", "border": 1, "text_wrap": True})
    soft = book.add_format({"font_color": "#666666", "border": 1})
    formats = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
    for sheet in SHEETS:
        _to_fill_in(book.add_worksheet(sheet.zh), sheet, head, soft, formats)
    _explained(book.add_worksheet("说明"), head)
    book.close()
    return written.getvalue()


def _to_fill_in(page: Any, sheet: Sheet, head: Any, soft: Any, formats: dict[str, Any]) -> None:
    page.freeze_panes(2, 0)
    for n, column in enumerate(sheet.columns):
        page.set_column(n, n, max(12, 2 * len(column.zh) + 2), formats.get(column.kind))
        page.write_string(0, n, column.zh + ("*" if column.required else ""), head)
        page.write_comment(0, n, _comment(column), {"x_scale": 1.6})
        page.write_string(1, n, column.name, soft)
        if column.choices is not None:
            # A spreadsheet takes a list of at most 255 characters.
            words = [words.zh for words in column.choices.values()]
            if len(",".join(words)) < 255:
                page.data_validation(2, n, _LAST_ROW, n, {"validate": "list", "source": words})
        elif column.kind == "flag":
            page.data_validation(2, n, _LAST_ROW, n, {"validate": "list", "source": ["是", "否"]})


def _comment(column: Column) -> str:
    return "\n".join(text for text in (_KINDS[column.kind], column.note) if text)


def _explained(page: Any, head: Any) -> None:
    page.set_column(0, 2, 20)
    page.set_column(3, 4, 44)
    for n, title in enumerate(("表", "栏目", "接口名称", "填写", "说明")):
        page.write_string(0, n, title, head)
    row = 1
    for sheet in SHEETS:
        for column in sheet.columns:
            choices = "、".join(words.zh for words in (column.choices or {}).values())
            words = (
                sheet.zh,
                column.zh + ("（必填）" if column.required else ""),
                column.name,
                choices or _KINDS[column.kind],
                column.note,
            )
            for n, word in enumerate(words):
                page.write_string(row, n, word)
            row += 1
    page.write_string(row + 1, 0, _FACTS)
    page.write_string(row + 2, 0, "整列以万元计的，在表头写明“（万元）”，单元格只填数字。")

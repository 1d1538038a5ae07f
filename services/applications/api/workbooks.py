"""The same tables as workbooks: typed cells, a comment at each heading, and a sheet that explains."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from services.applications.api.templates import begun
from shared.sheets.columns import Column

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_HEAD_ROWS, _LAST_ROW = 3, 1_003
"""Names for people, of the API, and units stand above; a thousand rows are made ready below."""

_FORMATS: Final = {
    "money": "#,##0.00", "count": "0", "day": "yyyy-mm-dd", "ratio": "@", "text": "@",
    "number": "@", "choice": "@",
}  # fmt: skip
_KINDS: Final = {
    "money": "金额", "count": "整数", "day": "日期", "flag": "是或否", "ratio": "百分比，或分数如 1/3",
    "text": "文字", "number": "号码（文本格式）", "choice": "选项", "bp": "基点（整数），或百分比",
    "percent": "百分比",
}  # fmt: skip


_LONGEST_LIST: Final = 255
"""Characters of a drop-down list that a spreadsheet takes."""


def workbook(columns: Sequence[Column], known: Mapping[str, str]) -> bytes:
    """A table, and what each of its columns means."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#E4EEF8", "border": 1, "text_wrap": True})
    soft = book.add_format({"font_color": "#666666", "border": 1})
    _to_fill_in(book, columns, begun(columns, known), head, soft)
    _explained(book.add_worksheet("说明"), columns, head)
    book.close()
    return written.getvalue()


def _to_fill_in(
    book: Any, columns: Sequence[Column], first: Sequence[str], head: Any, soft: Any
) -> None:
    sheet = book.add_worksheet("填报")
    sheet.freeze_panes(_HEAD_ROWS, 1)
    kinds = {one.kind for one in columns}
    formats = {
        kind: book.add_format({"num_format": _FORMATS[kind]}) for kind in kinds & _FORMATS.keys()
    }
    for n, column in enumerate(columns):
        sheet.set_column(n, n, max(12, 2 * len(column.zh) + 2), formats.get(column.kind))
        sheet.write_string(0, n, column.zh, head)
        sheet.write_comment(0, n, _comment(column), {"x_scale": 1.6})
        sheet.write_string(1, n, column.name, soft)
        sheet.write_string(2, n, column.unit, soft)
        if first[n]:
            sheet.write_string(_HEAD_ROWS, n, first[n])
        _judge(sheet, n, column)


def _judge(sheet: Worksheet, n: int, column: Column) -> None:
    """What a spreadsheet can judge while somebody types; the service judges again."""
    rules: dict[str, dict[str, Any]] = {
        "flag": {"validate": "list", "source": ["是", "否"]},
        "money": {"validate": "decimal", "criteria": ">=", "value": 0},
        "count": {"validate": "integer", "criteria": ">=", "value": 0},
    }
    words = list((column.choices or {}).values())
    if words and len(",".join(words)) <= _LONGEST_LIST:
        rules["choice"] = {"validate": "list", "source": words}
    if column.kind in rules:
        told = {"error_title": column.zh, "error_message": f"应为{_KINDS[column.kind]}"}
        sheet.data_validation(_HEAD_ROWS, n, _LAST_ROW, n, rules[column.kind] | told)


def _comment(column: Column) -> str:
    needed = "必填" if column.required else "可不填"
    parts = [
        _KINDS[column.kind],
        needed,
        column.unit,
        f"依据：{column.source}" if column.source else "",
    ]
    return "\n".join(part for part in parts if part)


def _explained(sheet: Worksheet, columns: Sequence[Column], head: Any) -> None:
    sheet.set_column(0, 1, 28)
    sheet.set_column(2, 4, 22)
    for n, title in enumerate(("栏目", "接口名称", "种类", "单位或选项", "依据")):
        sheet.write_string(0, n, title, head)
    for row, one in enumerate(columns, start=1):
        options = "、".join((one.choices or {}).values())
        source = one.source or ("每笔都须填报" if one.required else "可不填")
        words = (one.zh, one.name, _KINDS[one.kind], options or one.unit, source)
        for n, word in enumerate(words):
            sheet.write_string(row, n, word)

"""A register's file as a workbook: the form's fields, the list of rights, papers and obstacles."""

import io
from typing import Any

import xlsxwriter

from services.applications.domain.pledge_file import REGISTERS, PledgeFile

_RIGHTS = (
    ("collateral_no", "序号"), ("kind", "种类"), ("number", "号码"), ("nice_class", "商标类别"),
    ("name", "名称"), ("owner_name", "权利人"), ("filed_on", "申请日"), ("expires_on", "届满日"),
)  # fmt: skip


def workbook(file: PledgeFile) -> bytes:
    """The file; what is missing is marked, so that nobody overlooks it."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#E4EEF8", "border": 1})
    cell = book.add_format({"border": 1, "num_format": "@"})
    gap = book.add_format({"border": 1, "bg_color": "#FDE9D9"})
    rule = REGISTERS[file.register]
    form = book.add_worksheet("申请表")
    form.set_column(0, 0, 30)
    form.set_column(1, 1, 60)
    form.write_string(0, 0, rule.zh, head)
    form.write_string(0, 1, f"{rule.source}；{rule.takes_zh}", head)
    for n, field in enumerate(file.fields, start=1):
        form.write_string(n, 0, field.zh, cell)
        form.write_string(n, 1, field.value or "（待填）", gap if field.is_missing else cell)
    _rights(book.add_worksheet("质物清单"), file, head, cell)
    papers = book.add_worksheet("材料与障碍")
    papers.set_column(0, 1, 40)
    papers.write_string(0, 0, "材料", head)
    papers.write_string(0, 1, "本案", head)
    words = {True: "已有", False: "缺少", None: "办理时签署"}
    for n, (zh, _, there) in enumerate(file.papers, start=1):
        papers.write_string(n, 0, zh, cell)
        papers.write_string(n, 1, words[there], gap if there is False else cell)
    for n, one in enumerate(file.obstacles, start=len(file.papers) + 2):
        papers.write_string(n, 0, f"可能不予登记：{one.zh}", gap)
        papers.write_string(n, 1, one.right, gap)
    book.close()
    return written.getvalue()


def _rights(sheet: Any, file: PledgeFile, head: Any, cell: Any) -> None:
    sheet.set_column(0, len(_RIGHTS), 20)
    for n, (_, title) in enumerate(_RIGHTS):
        sheet.write_string(0, n, title, head)
    for row, right in enumerate(file.rights, start=1):
        for n, (name, _) in enumerate(_RIGHTS):
            value = right[name]
            sheet.write_string(row, n, "" if value in (None, 0) else str(value), cell)

"""The workbook of an opening, read sheet by sheet; every row has what is wrong with it.

Headings may be Chinese or the names of the API; of a CSV the caller says which sheet it is.
"""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from services.risk_pool.bank_files.csv_file import rows_of_csv
from services.risk_pool.bank_files.opening_cells import CellWrong, read_cell
from services.risk_pool.bank_files.xlsx_file import named_sheets
from services.risk_pool.domain.opening_row import BookRead, Finding, SheetRow
from services.risk_pool.domain.opening_sheets import BY_NAME, SHEETS, Column, Sheet
from shared.refusals import Refused
from shared.schemes.vocabulary import FACTS, LABELS
from shared.sheets.cells import Cell, narrow

MOST_LINES: Final = 50_000
_HIGHEST_HEADING: Final = 10
_IN_WAN: Final = re.compile(r"\((?:单位:)?万元\)$")
_UNIT: Final = re.compile(r"\((?:单位:)?元\)$|\*$|^\*")
_OUR_OWN: Final = frozenset({"序号", "备注", "no", "#", "说明"})
"""Headings that everybody's tables have and that say nothing to us."""

_FACTS: Final = {
    **{name: name for name in (*FACTS, *LABELS)},
    **{fact.zh: name for name, fact in FACTS.items()},
    **{words.zh: name for name, words in LABELS.items()},
}


class BookUnreadable(Refused):
    """The file is neither a workbook nor a sheet of one."""

    code: ClassVar[str] = "opening-book-unreadable"
    status: ClassVar[int] = 422


def read_book(content: bytes, *, sheet: str | None = None) -> BookRead:
    """All rows of a workbook, or of one sheet as CSV. Raises BookUnreadable, StatementUnreadable."""
    if content.startswith(b"PK"):
        found = named_sheets(content, most_rows=MOST_LINES)
    elif sheet is None:
        raise BookUnreadable(
            "须为 XLSX；CSV 每次一张表，请选择是哪一张。",
            "Send an XLSX; of a CSV say which sheet it is.",
        )
    else:
        found = [(sheet, [list(row) for row in rows_of_csv(content)])]
    rows: list[SheetRow] = []
    ignored: list[str] = []
    seen: set[str] = set()
    for name, lines in found:
        ours = _sheet_named(name)
        if ours is None:
            if any(narrow(cell) for line in lines for cell in line) and narrow(name) != "说明":
                ignored.append(narrow(name))
            continue
        seen.add(ours.name)
        columns, others = _columns(ours, lines)
        ignored += [f"{ours.zh}: {heading}" for heading in others]
        rows += _rows(ours, lines, columns)
    if not seen:
        known = "、".join(one.zh for one in SHEETS)
        raise BookUnreadable(
            f"文件中没有可识别的表：{known}。", "None of the sheets is one of ours."
        )
    return BookRead(rows=rows, sheets=frozenset(seen), ignored=tuple(ignored))


def _sheet_named(name: str) -> Sheet | None:
    text = narrow(name).strip().lower()
    if text in BY_NAME:
        return BY_NAME[text]
    return next((one for one in SHEETS if one.zh == text), None)


class _Columns:
    """Where the columns of a sheet stand."""

    def __init__(self) -> None:
        self.heading = -1
        self.at: dict[int, tuple[Column, bool]] = {}
        """Place → column, and whether it is in 万元."""
        self.facts: dict[int, str] = {}


def _columns(sheet: Sheet, lines: Sequence[Sequence[Cell]]) -> tuple[_Columns, list[str]]:
    """The first row with half of the columns that must be there is the heading. Raises BookUnreadable."""
    wanted = {one.name for one in sheet.columns if one.required}
    best = _Columns()
    for place, line in enumerate(lines[:_HIGHEST_HEADING]):
        found = _Columns()
        found.heading = place
        others: list[str] = []
        for n, cell in enumerate(line):
            _find(sheet, narrow(cell), n, found, others)
        known = {column.name for column, _ in found.at.values()}
        if len(known & wanted) * 2 >= len(wanted):
            if missing := wanted - known:
                words = "、".join(sheet.column(name).zh for name in sorted(missing))
                raise BookUnreadable(
                    f"“{sheet.zh}”缺少列：{words}。",
                    f"The sheet {sheet.name} lacks columns: {', '.join(sorted(missing))}.",
                )
            return found, others
    if any(narrow(cell) for line in lines for cell in line):
        raise BookUnreadable(f"“{sheet.zh}”找不到表头。", f"The sheet {sheet.name} has no heading.")
    return best, []


def _find(sheet: Sheet, text: str, n: int, found: _Columns, others: list[str]) -> None:
    in_wan = _IN_WAN.search(text) is not None
    heading = _UNIT.sub("", _IN_WAN.sub("", text)).strip()
    if not heading:
        return
    for column in sheet.columns:
        if heading == column.zh or heading.lower() == column.name:
            found.at[n] = (column, in_wan)
            return
    fact = _FACTS.get(heading.removeprefix("事实:").strip())
    if fact is not None and sheet.takes_facts:
        found.facts[n] = fact
    elif heading.lower() not in _OUR_OWN:
        others.append(heading)


def _rows(sheet: Sheet, lines: Sequence[Sequence[Cell]], columns: _Columns) -> Iterator[SheetRow]:
    names = {one.name for one in sheet.columns}
    for line, cells in enumerate(lines[columns.heading + 1 :], start=columns.heading + 2):
        texts = [narrow(cell) for cell in cells]
        if not any(texts) or texts[0].startswith(("合计", "总计", "小计", "例:")):
            continue
        if sum(text.lower() in names for text in texts) > 1:
            # The names of the API below the headings for people, as the template has them.
            continue
        yield _row(sheet, line, cells, columns)


def _row(sheet: Sheet, line: int, cells: Sequence[Cell], columns: _Columns) -> SheetRow:
    values = {}
    findings = []
    for n, (column, in_wan) in columns.at.items():
        cell = cells[n] if n < len(cells) else None
        try:
            value = read_cell(column, cell, in_wan=in_wan)
        except CellWrong as wrong:
            findings.append(Finding(column=column.zh, code=wrong.code, zh=wrong.zh, en=wrong.en))
            continue
        if value is not None:
            values[column.name] = value
        elif column.required:
            findings.append(
                Finding(column=column.zh, code="missing", zh="未填写", en="nothing is written")
            )
    facts = {
        name: narrow(cells[n]) for n, name in columns.facts.items()
        if n < len(cells) and narrow(cells[n])
    }  # fmt: skip
    return SheetRow(
        sheet=sheet.name, line=line, values=values, facts=facts, findings=tuple(findings)
    )

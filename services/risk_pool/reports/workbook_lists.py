"""The two sheets of a statement's workbook that may be long: every entry, and every loan."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from xlsxwriter.worksheet import Worksheet

from services.risk_pool.queries.settlements import LINE_COLUMNS
from services.risk_pool.reports.words import risk_class
from services.risk_pool.reports.workbook_style import StyledBook

Rows = Sequence[Mapping[str, Any]]

MOST_ROWS = 1_000_000
"""Of one sheet, whose format ends at 1,048,576; then another one begins."""

_ENTRIES = (
    "date", "seq", "kind", "reference", "debit", "credit", "amount", "loan_number", "explanation",
)  # fmt: skip
_LOANS = (
    "loan_number", "loan_no", "borrower", "bank", "in_cover", "contract_amount", "outstanding",
    "covered", "overdue_days", "risk_class", "claimed", "recovered",
)  # fmt: skip


async def write_entries(book: StyledBook, parts: AsyncIterator[Rows]) -> None:
    """Every transfer of the month on the party's accounts, and those of the posting."""

    def entry(sheet: Worksheet, row: int, one: Mapping[str, Any]) -> None:
        day = datetime.combine(date.fromisoformat(one["date"]), datetime.min.time())
        sheet.write_datetime(row, 0, day, book.day)
        sheet.write_number(row, 1, one["seq"], book.whole)
        sheet.write(row, 2, book.said(one), book.plain)
        sheet.write(row, 3, one["reference"], book.plain)
        sheet.write(row, 4, book.side(one, "debit"), book.plain)
        sheet.write(row, 5, book.side(one, "credit"), book.plain)
        book.amount(sheet, row, 6, one["amount_fen"])
        sheet.write(row, 7, one["loan_number"] or "", book.plain)
        sheet.write(row, 8, one["explanation_id"] or "", book.soft)

    widths = (12, 9, 22, 46, 24, 24, 18, 18, 40)
    listed = _List(book, "entries", _ENTRIES, widths, entry, frozen=0)
    async for part in parts:
        await asyncio.to_thread(listed.write, part)
    listed.end()


async def write_loans(book: StyledBook, parts: AsyncIterator[Rows]) -> None:
    """Every loan of the month; totals as formulas."""

    def loan(sheet: Worksheet, row: int, one: Mapping[str, Any]) -> None:
        for column, name in enumerate(LINE_COLUMNS):
            value = one[name]
            if name.endswith("_fen"):
                book.amount(sheet, row, column, value)
            elif name == "is_covered":
                sheet.write(row, column, "✓" if value else book.words["ended"], book.plain)
            elif name == "overdue_days":
                sheet.write_number(row, column, value, book.whole)
            elif name == "risk_class":
                sheet.write(row, column, risk_class(value, book.language), book.plain)
            else:
                sheet.write(row, column, value or "", book.plain)

    widths = (20, 18, 34, 14, 10, 18, 18, 18, 10, 12, 18, 18)
    listed = _List(book, "lines", _LOANS, widths, loan, frozen=1)
    listed.adds_up = {
        column: name for column, name in enumerate(LINE_COLUMNS) if name.endswith("_fen")
    }
    async for part in parts:
        await asyncio.to_thread(listed.write, part)
    listed.end()


class _List:
    """Rows under heads, as many as come; none of them is kept."""

    def __init__(
        self,
        book: StyledBook,
        name: str,
        heads: Sequence[str],
        widths: Sequence[int],
        write_row: Callable[[Worksheet, int, Mapping[str, Any]], None],
        *,
        frozen: int,
    ) -> None:
        self._book, self._name, self._heads, self._widths = book, name, heads, widths
        self._write_row = write_row
        self._frozen = frozen
        self.adds_up: Mapping[int, str] = {}
        """The columns with a total, and what stands in them."""
        self._sheets = 0
        self._begin()

    def _begin(self) -> None:
        self._sheets += 1
        words = self._book.words
        name = words[self._name] + (f" {self._sheets}" if self._sheets > 1 else "")
        self._sheet = self._book.sheet(name, self._widths, landscape=True)
        self._sheet.write_row(0, 0, [words[head] for head in self._heads], self._book.head)
        self._sheet.freeze_panes(1, self._frozen)
        self._row = 0
        self._sums: dict[int, int] = {}

    def write(self, rows: Rows) -> None:
        """Some more rows."""
        for one in rows:
            if self._row == MOST_ROWS:
                self.end()
                self._begin()
            self._row += 1
            self._write_row(self._sheet, self._row, one)
            for column, name in self.adds_up.items():
                self._sums[column] = self._sums.get(column, 0) + one[name]

    def end(self) -> None:
        """The totals under the rows."""
        if not self._row:
            return
        self._sheet.autofilter(0, 0, self._row, len(self._heads) - 1)
        if self.adds_up:
            self._sheet.write(self._row + 1, 0, self._book.words["total"], self._book.sum_text)
        for column, fen in self._sums.items():
            self._book.total(self._sheet, self._row + 1, column, 1, fen / 100, self._book.sum)

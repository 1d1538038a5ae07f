"""What all sheets of a statement's workbook have in common: its look, its words, its totals."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from services.risk_pool.reports.words import Language, words

_MONEY = "#,##0.00;[Red]-#,##0.00"


class StyledBook:
    """The workbook while it is written, row after row (rows once written are not kept)."""

    def __init__(self, file: IO[bytes], statement: Mapping[str, Any], language: Language) -> None:
        self.statement = statement
        self.zh = language == "zh"
        self.language: Language = language
        self.words = words(language)
        self._book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False,
                        "strings_to_urls": False}
        )  # fmt: skip
        made = datetime.fromisoformat(statement["posted_on"] or statement["to"])
        self._book.set_properties(
            {
                "title": f"{statement['pool']['name']} {statement['month']} {statement['party']['name']}",
                "author": statement["pool"]["name"],
                "created": made,
            }
        )
        font = {"font_name": "Microsoft YaHei", "font_size": 10}
        self.plain = self._book.add_format({**font})
        self.soft = self._book.add_format({**font, "font_color": "#6B7280"})
        self.title = self._book.add_format(
            {**font, "font_size": 14, "bold": True, "font_color": "#0F4C81"}
        )
        self.head = self._book.add_format(
            {**font, "bold": True, "bg_color": "#E8EEF6", "bottom": 2, "text_wrap": True,
             "valign": "vcenter"}
        )  # fmt: skip
        self.money = self._book.add_format({**font, "num_format": _MONEY})
        self.whole = self._book.add_format({**font, "num_format": "#,##0"})
        self.day = self._book.add_format({**font, "num_format": "yyyy-mm-dd"})
        self.sum = self._book.add_format({**font, "bold": True, "top": 1, "num_format": _MONEY})
        self.sum_whole = self._book.add_format(
            {**font, "bold": True, "top": 1, "num_format": "#,##0"}
        )
        self.sum_text = self._book.add_format({**font, "bold": True, "top": 1})

    def close(self) -> None:
        self._book.close()

    def said(self, row: Mapping[str, Any]) -> str:
        return str(row["zh"] if self.zh else row["en"])

    def side(self, side: Mapping[str, Any], name: str) -> str:
        return str(side[f"{name}_{self.language}"])

    def sheet(self, name: str, widths: Sequence[int], *, landscape: bool = False) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        if landscape:
            sheet.set_landscape()
        sheet.set_footer(f"&L{self.statement['pool']['code']} {self.statement['month']}&R&P / &N")
        return sheet

    def amount(self, sheet: Worksheet, row: int, column: int, fen: int, form: Any = None) -> None:
        sheet.write_number(row, column, fen / 100, form or self.money)

    def total(
        self, sheet: Worksheet, row: int, column: int, first: int, value: float, form: Any
    ) -> None:
        """A sum over the rows above; the value is what a reader without a calculator shows."""
        if row == first:
            sheet.write_number(row, column, value, form)
            return
        top, bottom = xl_rowcol_to_cell(first, column), xl_rowcol_to_cell(row - 1, column)
        sheet.write_formula(row, column, f"=SUM({top}:{bottom})", form, value)

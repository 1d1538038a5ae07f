"""A table as a file, written row by row so that memory stays flat: CSV, or a workbook."""

import asyncio
import codecs
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any, Final, Literal, Protocol

import xlsxwriter

from shared.money import parse_fen

Cell = str | int | date | None
Pages = AsyncIterator[Sequence[Any]]

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_FORMS: Final = {
    "money": "#,##0.00;[Red]-#,##0.00",
    "count": "#,##0",
    "day": "yyyy-mm-dd",
    "text": "@",
    "name": "@",
}
_WIDTHS: Final = {"money": 18, "count": 10, "day": 12, "text": 22, "name": 22}


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of a file: its headings, and its cell of a row.

    `form`: text, name (a code that is shown by its name), money (a decimal string in yuan), count,
    or day.
    """

    zh: str
    en: str
    cell: Callable[[Any], Cell]
    form: Literal["text", "name", "money", "count", "day"] = "text"
    in_english: Callable[[Any], Cell] | None = None
    """The cell of an English file, where words differ."""


STATE: Final = FileColumn(
    "状态", "state", lambda one: one.state_zh, in_english=lambda one: one.state_en
)
"""Of whatever answers its state in words."""


class Worded(Protocol):
    """What is called something in both languages."""

    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


def coded(zh: str, en: str, name: str, said: Mapping[str, Worded]) -> FileColumn:
    """A column of a code, in the words of the file's language: empty where a row has none, and the code
    itself where it has no words."""

    def in_words(row: Any, language: Literal["zh", "en"]) -> Cell:
        code: str = getattr(row, name) or ""
        words = said.get(code)
        if words is None:
            return code
        return words.zh if language == "zh" else words.en

    return FileColumn(
        zh, en, lambda row: in_words(row, "zh"), in_english=lambda row: in_words(row, "en")
    )


def yes_or_no(zh: str, en: str, name: str) -> FileColumn:
    """A column of what is so or not."""
    return FileColumn(
        zh, en, lambda row: "是" if getattr(row, name) else "否",
        in_english=lambda row: "yes" if getattr(row, name) else "no",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Which columns a file has, in which language, what codes are called, and what stands on top of
    a workbook."""

    title: str
    above: Sequence[str]
    columns: Sequence[FileColumn]
    names: Mapping[str, str]
    english: bool

    def heading(self) -> list[str]:
        """The words over the columns."""
        return [one.en if self.english else one.zh for one in self.columns]

    def cells(self, row: Any) -> Iterator[tuple[FileColumn, Cell]]:
        """Each column with its cell of a row."""
        for column in self.columns:
            read = column.in_english if self.english and column.in_english else column.cell
            cell = read(row)
            yield column, self.names.get(str(cell), cell) if column.form == "name" else cell


async def as_csv(table: Table, pages: Pages) -> IO[bytes]:
    """UTF-8 with the mark that Excel in Chinese asks for; amounts as exact text. The caller closes it."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 # the caller closes it
    file.write(codecs.BOM_UTF8 + _lines([table.heading()]))

    def write(rows: Sequence[Any]) -> None:
        file.write(_lines([_text(*one) for one in table.cells(row)] for row in rows))

    async for rows in pages:
        await asyncio.to_thread(write, rows)
    return file


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    held = io.StringIO(newline="")
    csv.writer(held, lineterminator="\r\n").writerows(rows)
    return held.getvalue().encode()


def _text(column: FileColumn, cell: Cell) -> str:
    said = "" if cell is None else str(cell)
    # A text that a spreadsheet would take for a formula is shown as the text it is.
    is_formula = column.form in ("text", "name") and said.startswith(_FORMULA)
    return f"'{said}" if is_formula else said


async def as_workbook(table: Table, pages: Pages) -> IO[bytes]:
    """XLSX; the caller closes it. A spreadsheet keeps numbers as floats; amounts below a hundred
    trillion yuan keep their fen."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 # the caller closes it
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    forms = {name: book.add_format({"num_format": form}) for name, form in _FORMS.items()}
    head = book.add_format({"bold": True, "bg_color": "#E8EEF6", "bottom": 2, "text_wrap": True})
    sheet = book.add_worksheet(table.title[:31])
    for place, one in enumerate(table.columns):
        sheet.set_column(place, place, _WIDTHS[one.form], forms[one.form])
    for at, line in enumerate((table.title, *table.above)):
        sheet.write_string(at, 0, line, forms["text"])
    top = len(table.above) + 1
    for place, words in enumerate(table.heading()):
        sheet.write_string(top, place, words, head)
    sheet.freeze_panes(top + 1, 1)

    def write(first: int, rows: Sequence[Any]) -> None:
        for at, row in enumerate(rows, first):
            for place, (column, cell) in enumerate(table.cells(row)):
                _put(sheet, (at, place), column, cell, forms[column.form])

    at = top + 1
    async for rows in pages:
        await asyncio.to_thread(write, at, rows)
        at += len(rows)
    sheet.autofilter(top, 0, max(at - 1, top), len(table.columns) - 1)
    await asyncio.to_thread(book.close)
    return file


def _put(sheet: Any, at: tuple[int, int], column: FileColumn, cell: Cell, form: Any) -> None:
    if cell is None or cell == "":
        return
    if column.form == "money":
        sheet.write_number(*at, parse_fen(str(cell)) / 100, form)
    elif column.form == "count":
        sheet.write_number(*at, int(str(cell)), form)
    elif isinstance(cell, date):
        sheet.write_datetime(*at, cell, form)
    else:
        sheet.write_string(*at, str(cell), form)

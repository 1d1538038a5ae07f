"""The rows of a file that are to be mended, given back in its own form with what is wrong with each."""

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import IO, Any, Final

import orjson
import xlsxwriter

from shared.sheets.file_rows import OURS, Form
from shared.sheets.headings import REASONS
from shared.sheets.verdicts import WrongRow

_BOM: Final = "\ufeff"
"""Without it spreadsheets read Chinese in a CSV as something else."""
_AT_ONCE: Final = 256 * 1024

Pages = AsyncIterator[Sequence[WrongRow]]


async def given_back(
    form: Form, headings: Sequence[str], pages: Pages, *, english: bool
) -> AsyncIterator[bytes]:
    """The file, bit by bit."""
    if form == "xlsx":
        with await _workbook(headings, pages, english=english) as file:
            while bits := file.read(_AT_ONCE):
                yield bits
        return
    if form == "csv":
        yield (_BOM + _csv([[*headings, *REASONS]])).encode()
    async for rows in pages:
        if form == "csv":
            yield _csv([_with_reasons(row, english=english) for row in rows]).encode()
        else:
            yield b"".join(_line(row, english=english) for row in rows)


def reasons_of(row: WrongRow, *, english: bool) -> str:
    """Everything that is wrong with a row, as one text."""
    return "\n".join(_reason(one, english=english) for one in row.faults)


def _reason(fault: Mapping[str, str], *, english: bool) -> str:
    where = fault["column"] or fault["field"]
    colon = ": " if english else "："
    words = fault["en"] if english else fault["zh"]
    return f"{where}{colon if where else ''}{words} [{fault['code']}]"


def _with_reasons(row: WrongRow, *, english: bool) -> list[str]:
    return [*(row.cells), str(row.line), reasons_of(row, english=english)]


def _csv(rows: Sequence[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def _line(row: WrongRow, *, english: bool) -> bytes:
    (text,) = row.cells
    try:
        said: Any = orjson.loads(text)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return text.encode() + b"\n"
    said[OURS] = [_reason(one, english=english) for one in row.faults]
    return orjson.dumps(said) + b"\n"


async def _workbook(headings: Sequence[str], pages: Pages, *, english: bool) -> IO[bytes]:
    """Written row by row, so that memory stays flat."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 # the caller closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("待补正")
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"bold": True, "bg_color": "#E4EEF8", "border": 1, "text_wrap": True})
    red = book.add_format({"font_color": "#A40000", "text_wrap": True})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headings), 18, text)
    sheet.set_column(len(headings) + 1, len(headings) + 1, 60)
    for place, word in enumerate([*headings, *REASONS]):
        sheet.write_string(0, place, word, head)
    number = 0
    async for rows in pages:
        for row in rows:
            number += 1
            *cells, reasons = _with_reasons(row, english=english)
            for place, cell in enumerate(cells):
                sheet.write_string(number, place, cell, text)
            sheet.write_string(number, len(cells), reasons, red)
    book.close()
    file.seek(0)
    return file

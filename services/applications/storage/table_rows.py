"""The rows of a table that somebody sent, CSV or XLSX: what form it is in, the bytes say.

One function, so that the reader can be another one without anybody noticing.
"""

import codecs
import csv
import io
import warnings
import zipfile
from datetime import date, datetime
from typing import Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.applications.domain.papers import XLSX, DocumentBroken, TypeNotAccepted
from services.applications.storage.archives import packed_type
from shared.refusals import Refused

Cell = str | int | float | datetime | date | None

WIDEST: Final = 60
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class TableUnreadable(Refused):
    """A file that is no table we can read, or too long."""

    code = "table-unreadable"
    status = 422


def rows_of_table(content: bytes, *, most: int) -> list[list[Cell]]:
    """The first sheet's rows, or the CSV's, with empty rows at the end left out. Raises
    TableUnreadable."""
    if not content.strip():
        raise TableUnreadable("文件是空的。", "The file is empty.")
    if content.startswith(_OLD_EXCEL):
        raise TableUnreadable(
            "这是旧版 XLS 或加密文件，请另存为 XLSX 或 CSV。",
            "An old XLS, or a file with a password; save it as XLSX or CSV.",
        )
    rows = _of_xlsx(content, most) if content.startswith(_ZIP) else _of_csv(content)
    while rows and all(cell is None or cell == "" for cell in rows[-1]):
        rows.pop()
    if len(rows) > most:
        raise TableUnreadable(f"超过 {most} 行，请拆分。", f"More than {most} rows; split it.")
    return rows


def _of_xlsx(content: bytes, most: int) -> list[list[Cell]]:
    try:
        if packed_type(io.BytesIO(content), sniff=lambda _: "") != XLSX:
            raise _unreadable()
        with warnings.catch_warnings():
            # Styles and validations that the library leaves out say nothing about the rows.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            # What a sheet says of its own size is not believed.
            sheet.reset_dimensions()
            rows = [
                list(row)
                for row in sheet.iter_rows(values_only=True, max_row=most + 2, max_col=WIDEST)
            ]
            book.close()
            return rows
    except (DocumentBroken, TypeNotAccepted, InvalidFileException, zipfile.BadZipFile) as error:
        raise _unreadable() from error
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError) as error:
        # What the library trips over in a file that is none.
        raise _unreadable() from error


def _of_csv(content: bytes) -> list[list[Cell]]:
    text = _decoded(content)
    head = text.partition("\n")[0]
    delimiter = "\t" if head.count("\t") > head.count(",") else ","
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise TableUnreadable("CSV 格式有误。", "Not a CSV.") from error


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content[len(mark) :], encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        # GB18030 contains GBK and GB2312.
        return _strictly(content, "gb18030")


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise TableUnreadable(
            "文件编码无法识别，须为 UTF-8 或 GBK/GB18030。",
            "The file's encoding is neither UTF-8 nor GB18030.",
        ) from error


def _unreadable() -> TableUnreadable:
    return TableUnreadable(
        "无法打开该 XLSX 文件。", "The XLSX cannot be opened; save it as XLSX or CSV again."
    )

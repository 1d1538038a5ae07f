"""XLSX as banks export it. The file is looked through before a library opens it."""

import io
import warnings
import zipfile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.risk_pool.bank_files import safe_xml
from services.risk_pool.bank_files.cells import Cell
from services.risk_pool.bank_files.columns import find_columns
from services.risk_pool.bank_files.table import read_table
from services.risk_pool.domain.account_statement import (
    MOST_ROWS,
    StatementRead,
    StatementUnreadable,
)

LARGEST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 500
WIDEST = 100


def read_xlsx(content: bytes) -> StatementRead:
    """The statement on the first sheet that has one. Raises StatementUnreadable."""
    sheets = [rows for _, rows in named_sheets(content, most_rows=MOST_ROWS)]
    with_header = [rows for rows in sheets if find_columns(rows) is not None]
    return read_table((with_header or sheets or [[]])[0], "xlsx")


def _look_through(content: bytes) -> None:
    """Bounded when unpacked, and XML without document types."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > LARGEST_UNPACKED:
                raise _unreadable()
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    with archive.open(part) as opened:
                        safe_xml.check(opened.read(LARGEST_UNPACKED))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise _unreadable() from error
    except (safe_xml.UnsafeXml, ValueError) as error:
        raise _unreadable() from error


def named_sheets(content: bytes, *, most_rows: int) -> list[tuple[str, list[list[Cell]]]]:
    """Each sheet of a workbook with its rows, in order, two rows beyond the most that are wanted.

    Raises StatementUnreadable.
    """
    _look_through(content)
    sheets: list[tuple[str, list[list[Cell]]]] = []
    try:
        with warnings.catch_warnings():
            # Styles and validations that the library leaves out say nothing about money.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            for sheet in book.worksheets:
                # What a sheet says of its own size is not believed.
                sheet.reset_dimensions()
                rows = sheet.iter_rows(values_only=True, max_row=most_rows + 2, max_col=WIDEST)
                sheets.append((sheet.title, _without_empty_end([list(row) for row in rows])))
            book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise _unreadable() from error
    except (AttributeError, IndexError, SyntaxError, OverflowError, EOFError) as error:
        # What the library trips over in a file that is none.
        raise _unreadable() from error
    return sheets


def _without_empty_end(rows: list[list[Cell]]) -> list[list[Cell]]:
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    return rows


def _unreadable() -> StatementUnreadable:
    return StatementUnreadable(
        "无法打开该 XLSX 文件。旧版 XLS 请另存为 XLSX，加密文件请先解密。",
        "The XLSX cannot be opened. Save an old XLS as XLSX; take the password off.",
    )

"""XLSX, row by row. The file is looked through before a library opens it."""

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from shared.sheets import safe_xml
from shared.sheets.cells import Cell
from shared.sheets.refusal import SheetUnreadable

LARGEST_UNPACKED: Final = 60 * 1024 * 1024
MOST_PARTS: Final = 500
WIDEST: Final = 100
_STRINGS: Final = "xl/sharedstrings.xml"
"""The words of all cells, which a library holds in memory."""

_NO_BOOK: Final = (
    InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError,
    IndexError, SyntaxError, OverflowError, EOFError,
)  # fmt: skip
"""What the library trips over in a file that is none."""


def sheets_of(
    file: IO[bytes], *, widest: int = WIDEST, largest: int = LARGEST_UNPACKED
) -> Iterator[tuple[str, Iterator[Sequence[Cell]]]]:
    """Each sheet of a workbook with its rows, in order, read as they are asked for; `largest` is
    in bytes, unpacked. Raises SheetUnreadable."""
    look_through(file, largest=largest)
    try:
        with warnings.catch_warnings():
            # Styles and validations that the library leaves out say nothing of the cells.
            warnings.simplefilter("ignore")
            book = load_workbook(file, read_only=True, data_only=True)
            sheets = list(book.worksheets)
    except _NO_BOOK as error:
        raise unreadable() from error
    for sheet in sheets:
        yield sheet.title, _rows(sheet, widest)
    book.close()


def _rows(sheet: Any, widest: int) -> Iterator[Sequence[Cell]]:
    try:
        # What a sheet says of its own size is not believed.
        sheet.reset_dimensions()
        yield from sheet.iter_rows(values_only=True, max_col=widest)
    except _NO_BOOK as error:
        raise unreadable() from error


def look_through(file: IO[bytes], *, largest: int = LARGEST_UNPACKED) -> None:
    """Bounded when unpacked, the words of its cells more than the rest, and XML without document
    types. Raises SheetUnreadable."""
    most_words = max(LARGEST_UNPACKED, largest // 4)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > largest:
                raise unreadable()
            for part in parts:
                if part.filename.lower() == _STRINGS and part.file_size > most_words:
                    raise unreadable()
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    with archive.open(part) as opened:
                        safe_xml.check_file(opened, largest=largest)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise unreadable() from error
    except ValueError as error:
        raise unreadable() from error


def unreadable() -> SheetUnreadable:
    """The refusal."""
    return SheetUnreadable(
        "无法打开该 XLSX 文件。旧版 XLS 请另存为 XLSX，加密文件请先解密。",
        "The XLSX cannot be opened. Save an old XLS as XLSX; take the password off.",
    )

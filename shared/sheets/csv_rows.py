"""CSV as Chinese spreadsheets write it: with a mark at its beginning or none, UTF-8 or GB18030."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import IO, Final

from shared.sheets.refusal import SheetUnreadable

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_AT_ONCE: Final = 1024 * 1024
LONGEST_LINE: Final = 1024 * 1024
"""Characters of a line; beyond it a file is no table, and would fill the memory."""


def decoded(content: bytes) -> str:
    """The text of a file that is in memory. Raises SheetUnreadable."""
    length, encoding = encoding_of(io.BytesIO(content))
    return content[length:].decode(encoding)


def encoding_of(file: IO[bytes]) -> tuple[int, str]:
    """(bytes of the mark at the beginning, encoding), found by reading the file once through.

    GB18030 contains GBK and GB2312. Raises SheetUnreadable.
    """
    file.seek(0)
    head = file.read(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            if not _is_text(file, len(mark), encoding):
                raise _not_text()
            return len(mark), encoding
    for encoding in ("utf-8", "gb18030"):
        if _is_text(file, 0, encoding):
            return 0, encoding
    raise _not_text()


def csv_rows(file: IO[bytes]) -> Iterator[list[str]]:
    """The rows of a CSV, read as they are asked for; commas, tabs or semicolons, by its first line.

    Raises SheetUnreadable.
    """
    length, encoding = encoding_of(file)
    file.seek(length)
    head = file.readline(LONGEST_LINE).decode(encoding, errors="ignore")
    delimiter = max((",", "\t", ";", "，"), key=head.count)
    file.seek(length)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    number = 0
    try:
        for row in csv.reader(_bounded(text), delimiter=delimiter):
            number += 1
            yield row
    except csv.Error as error:
        raise SheetUnreadable(
            f"CSV 格式有误：第 {number + 1} 行", f"Not a CSV: row {number + 1}"
        ) from error
    finally:
        text.detach()


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise SheetUnreadable("有一行过长，不是表格", "A line is too long for a table.")
        # The csv module refuses NUL; a spreadsheet that wrote one meant nothing by it.
        yield line.replace("\x00", "")


def _is_text(file: IO[bytes], start: int, encoding: str) -> bool:
    file.seek(start)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while bits := file.read(_AT_ONCE):
            decoder.decode(bits)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _not_text() -> SheetUnreadable:
    return SheetUnreadable(
        "文字编码无法识别。请另存为 XLSX，或另存为 UTF-8（或 GBK/GB18030）的 CSV 后上传。",
        "The file's encoding is neither UTF-8 nor GB18030.",
    )

"""The rows of a table that somebody sent, CSV or XLSX: what form it is in, the bytes say."""

import io
from itertools import islice
from typing import Final

from shared.sheets.cells import Cell
from shared.sheets.csv_rows import csv_rows
from shared.sheets.refusal import SheetUnreadable
from shared.sheets.xlsx_rows import sheets_of

WIDEST: Final = 60
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def rows_of_table(content: bytes, *, most: int) -> list[list[Cell]]:
    """The first sheet's rows, or the CSV's, with empty rows at the end left out. Raises
    SheetUnreadable."""
    if not content.strip():
        raise SheetUnreadable("文件是空的。", "The file is empty.")
    if content.startswith(_OLD_EXCEL):
        raise SheetUnreadable(
            "这是旧版 XLS 或加密文件，请另存为 XLSX 或 CSV。",
            "An old XLS, or a file with a password; save it as XLSX or CSV.",
        )
    rows = _of_xlsx(content, most) if content.startswith(_ZIP) else _of_csv(content)
    while rows and all(cell is None or cell == "" for cell in rows[-1]):
        rows.pop()
    if len(rows) > most:
        raise SheetUnreadable(f"超过 {most} 行，请拆分。", f"More than {most} rows; split it.")
    return rows


def _of_xlsx(content: bytes, most: int) -> list[list[Cell]]:
    for _, rows in sheets_of(io.BytesIO(content), widest=WIDEST):
        return [list(row) for row in islice(rows, most + 2)]
    return []


def _of_csv(content: bytes) -> list[list[Cell]]:
    return [list(row) for row in csv_rows(io.BytesIO(content))]

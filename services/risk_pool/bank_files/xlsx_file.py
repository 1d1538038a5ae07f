"""XLSX as banks export it: the statement is on the first sheet that has one."""

import io
from itertools import islice

from services.risk_pool.bank_files.columns import find_columns
from services.risk_pool.bank_files.table import read_table
from services.risk_pool.domain.account_statement import (
    MOST_ROWS,
    StatementRead,
    StatementUnreadable,
)
from shared.sheets.cells import Cell
from shared.sheets.refusal import SheetUnreadable
from shared.sheets.xlsx_rows import sheets_of


def read_xlsx(content: bytes) -> StatementRead:
    """The statement on the first sheet that has one. Raises StatementUnreadable."""
    sheets = [rows for _, rows in named_sheets(content, most_rows=MOST_ROWS)]
    with_header = [rows for rows in sheets if find_columns(rows) is not None]
    return read_table((with_header or sheets or [[]])[0], "xlsx")


def named_sheets(content: bytes, *, most_rows: int) -> list[tuple[str, list[list[Cell]]]]:
    """Each sheet of a workbook with its rows, in order, two rows beyond the most that are wanted.

    Raises StatementUnreadable.
    """
    try:
        return [
            (name, _without_empty_end([list(row) for row in islice(rows, most_rows + 2)]))
            for name, rows in sheets_of(io.BytesIO(content))
        ]
    except SheetUnreadable as error:
        raise StatementUnreadable(error.zh, error.en) from error


def _without_empty_end(rows: list[list[Cell]]) -> list[list[Cell]]:
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    return rows

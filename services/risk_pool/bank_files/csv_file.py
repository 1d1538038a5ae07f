"""CSV as banks export it: with a mark at its beginning or none, UTF-8 or GB18030, commas or tabs."""

import csv
import io

from services.risk_pool.bank_files.columns import HIGHEST_HEADER, find_columns
from services.risk_pool.bank_files.table import read_table
from services.risk_pool.domain.account_statement import (
    MOST_ROWS,
    StatementRead,
    StatementUnreadable,
)
from shared.sheets.csv_rows import decoded
from shared.sheets.refusal import SheetUnreadable

_DELIMITERS = (",", "\t", ";", "|", "，")


def read_csv(content: bytes) -> StatementRead:
    """The statement in a CSV. Raises StatementUnreadable."""
    text = _decoded(content)
    return read_table(_rows(text, _delimiter(text)), "csv")


def rows_of_csv(content: bytes) -> list[list[str]]:
    """The rows of a CSV of our own form, commas or tabs. Raises StatementUnreadable."""
    text = _decoded(content)
    head = text.partition("\n")[0]
    return _rows(text, "\t" if head.count("\t") > head.count(",") else ",")


def _decoded(content: bytes) -> str:
    try:
        return decoded(content)
    except SheetUnreadable as error:
        raise StatementUnreadable(error.zh, error.en) from error


def _delimiter(text: str) -> str:
    """The one with which the file has a header row."""
    head = "\n".join(text.splitlines()[:HIGHEST_HEADER])
    for one in _DELIMITERS:
        if find_columns(_rows(head, one)) is not None:
            return one
    return ","


def _rows(text: str, delimiter: str) -> list[list[str]]:
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) > MOST_ROWS + 1:
                break
    except csv.Error as error:
        raise StatementUnreadable(
            f"CSV 格式有误：第 {len(rows) + 1} 行", f"Not a CSV: row {len(rows) + 1}"
        ) from error
    return rows

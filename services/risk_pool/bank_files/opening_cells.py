"""What a cell of the workbook of an opening says, by its column."""

from typing import Any

from services.risk_pool.domain.opening_sheets import Column
from shared.sheets.cells import Cell
from shared.sheets.values import CellWrong, read_value

__all__ = ["CellWrong", "read_cell"]


def read_cell(column: Column, cell: Cell, *, in_wan: bool) -> Any:
    """The value of a cell; None where it says nothing. Raises CellWrong."""
    kind = column.kind if column.kind != "party" and column.kind != "bank" else "text"
    choices = {name: words.zh for name, words in (column.choices or {}).items()}
    return read_value(kind, cell, in_wan=in_wan, choices=choices)

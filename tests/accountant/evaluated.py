"""The workbook as somebody else's program works it out: the package `formulas` reads the cells and
computes them. Neither openpyxl's cached values nor any code of ours takes part."""

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import formulas

_CELL = re.compile(r"'\[[^\]]+\](.+)'!([A-Z]+)(\d+)")

Book = Mapping[str, list[list[Any]]]
"""Sheet → its rows, without the heading; each row from column A on."""


def evaluated(path: Path) -> Book:
    """Every cell of every sheet, formulas worked out."""
    logging.getLogger("formulas").setLevel(logging.WARNING)
    found = formulas.ExcelModel().loads(str(path)).finish().calculate()
    cells: dict[str, dict[tuple[int, int], Any]] = {}
    for name, ranges in found.items():
        at = _CELL.fullmatch(str(name))
        if at is not None:
            value = ranges.value[0, 0]
            cells.setdefault(at[1], {})[int(at[3]), _column(at[2])] = (
                value if isinstance(value, str) else getattr(value, "item", lambda v=value: v)()
            )
    return {
        sheet.lower(): [
            [within.get((row, column)) for column in range(1, 1 + max(c for _, c in within))]
            for row in range(2, 1 + max(r for r, _ in within))
        ]
        for sheet, within in cells.items()
    }


def fen(value: Any) -> int:
    """A cell of money: it has at most two decimals, or the workbook forgot to round."""
    exact = float(value or 0) * 100
    assert abs(exact - round(exact)) < 1e-3, f"{value} is no amount to the fen"
    return round(exact)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number

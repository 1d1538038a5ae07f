"""Which column of a table says what: the row of headings, or two of them where cells are merged.

A title over the table is no heading. Above merged cells ("质物1" over five columns) only the first
one of them has the words; the row below says the rest.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared.sheets.cells import Cell, narrow
from shared.sheets.columns import Column
from shared.sheets.refusal import SheetUnreadable

HIGHEST: Final = 10
"""Headings stand among the first rows."""
REASONS: Final = ("原行号", "原因")
"""What a file of rows to mend has behind its columns; passed over when it is sent again."""

_IN_WAN: Final = re.compile(r"\((?:单位:)?(?:人民币)?万元\)$|\(单位：万元\)$")
_UNIT: Final = re.compile(r"\((?:单位:)?(?:人民币)?[元月天%]\)$|\*$|^\*")
_FEWEST: Final = 3
"""Fewer columns that we know are no row of headings."""

Find = Callable[[str], Column | None]


@dataclass(frozen=True, slots=True)
class Headings:
    """Where the columns of a table stand."""

    rows: int
    """How many rows there are down to the last one of the headings."""
    words: tuple[str, ...]
    """The headings as they are written, place by place."""
    at: Mapping[int, tuple[Column, bool]] = field(default_factory=dict)
    """Place → its column, and whether that is in 万元."""


def find_headings(rows: Sequence[Sequence[Cell]], find: Find) -> Headings:
    """The headings among the first rows of a table. Raises SheetUnreadable."""
    best = Headings(0, ())
    for n, row in enumerate(rows[:HIGHEST]):
        alone = _known([narrow(cell) for cell in row], n + 1, find)
        both = _known(_under(row, rows[n + 1]), n + 2, find) if n + 1 < len(rows) else alone
        for one in (alone, both):
            if len(one.at) > len(best.at):
                best = one
    if len(best.at) < _FEWEST:
        raise SheetUnreadable(
            "找不到表头：请使用下载的模板，表头保持不变（中文栏目名或模板所附的英文名均可）。",
            "There is no row of headings: use the template, or its headings.",
        )
    named = [column.name for column, _ in best.at.values()]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise SheetUnreadable(
            f"表头重复：{'、'.join(twice)}", f"Headings that are there twice: {', '.join(twice)}."
        )
    return best


def _under(above: Sequence[Cell], below: Sequence[Cell]) -> list[str]:
    """Two rows of headings as one: the words above count for the empty places beside them."""
    words, over = [], ""
    for place in range(max(len(above), len(below))):
        upper = narrow(above[place]) if place < len(above) else ""
        lower = narrow(below[place]) if place < len(below) else ""
        over = upper or over
        words.append(f"{over}\n{lower}" if lower else upper)
    return words


def _known(words: Sequence[str], rows: int, find: Find) -> Headings:
    said: list[str] = []
    at = {}
    for place, text in enumerate(words):
        over, _, lower = text.rpartition("\n")
        said.append(re.sub(r"\s", "", text))
        for one in dict.fromkeys((lower, over + lower)):
            flat = re.sub(r"\s", "", one)
            in_wan = _IN_WAN.search(flat) is not None
            column = find(_UNIT.sub("", _IN_WAN.sub("", flat)))
            if column is not None:
                at[place] = (column, in_wan)
                said[place] = flat
                break
    return Headings(rows, tuple(said), at)

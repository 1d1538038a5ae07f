"""A report as a value: tables whose every figure leads to the list that it counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from shared.life_cycle import Words
from shared.money import format_fen

Unit = Literal["text", "count", "money", "percent"]
"""Money is fen in code and yuan outside; a percentage is basis points, rounded half-up once."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what its figures are."""

    name: str
    words: Words
    unit: Unit


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure (None: not known, or nothing to divide by) and the address of what it counts."""

    value: int | str | None
    href: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row. `words` say what it is about; a total has no key."""

    key: str
    words: Words
    cells: Mapping[str, Cell]
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under columns, and their total where adding them up means something."""

    code: str
    words: Words
    first_column: Words
    columns: Sequence[Column]
    lines: Sequence[Line]
    total: Line | None = None
    charted: str = ""
    """The column of money that a chart of the rows shows; "" where there is none."""

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON, amounts as decimal strings."""
        return {
            "code": self.code,
            **_said(self.words),
            "first_column": _said(self.first_column),
            "columns": [
                {"name": one.name, "unit": one.unit, **_said(one.words)} for one in self.columns
            ],
            "rows": [self._line(line) for line in self.lines],
            "total": None if self.total is None else self._line(self.total),
            "charted": self.charted,
        }

    def _line(self, line: Line) -> dict[str, Any]:
        return {
            "key": line.key,
            **_said(line.words),
            "href": line.href or None,
            "cells": {
                one.name: {
                    "value": _plain(line.cells[one.name].value, one.unit),
                    "href": line.cells[one.name].href or None,
                }
                for one in self.columns
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a pool's report of a period says. `notes` name what is not known and where it is."""

    code: str
    words: Words
    pool_code: str
    pool_name: str
    period: str
    first: str
    last: str
    tables: Sequence[Table]
    notes: Sequence[Words] = field(default_factory=tuple)

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "code": self.code,
            **_said(self.words),
            "pool_code": self.pool_code,
            "pool_name": self.pool_name,
            "period": self.period,
            "first": self.first,
            "last": self.last,
            "notes": [_said(note) for note in self.notes],
            "tables": [table.as_data() for table in self.tables],
        }


def _said(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def _plain(value: int | str | None, unit: Unit) -> int | str | None:
    return format_fen(value) if unit == "money" and isinstance(value, int) else value

"""From what the database counts to the cells of a report, each with the address of its list."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from urllib.parse import urlencode

import asyncpg

from services.risk_pool.domain.report_period import Period
from services.risk_pool.domain.report_tables import Cell, Column, Line
from services.risk_pool.domain.report_words import MEASURES, value_words
from services.risk_pool.queries.reports_measures import (
    NOTHING,
    Counted,
    counted,
    counted_with_parts,
)
from services.risk_pool.tables.measures import PARTS
from shared.life_cycle import Words
from shared.money import round_half_up
from shared.ratios import WHOLE_BP

TOTAL = Words("合计", "total")
COUNTED_TOO = ("lent", "claimed")
"""Measures whose number of loans stands beside the amount."""


def list_of(
    pool_code: str, measure: str, period: Period, by: str = "bank", value: str | None = None
) -> str:
    """The address of the loans behind a figure."""
    asked = {"measure": measure, "period": period.text, "by": by}
    if value is not None:
        asked["value"] = value
    return f"/api/v1/pools/{pool_code}/reports/loans?{urlencode(asked)}"


def share_bp(part_fen: int, whole_fen: int) -> int | None:
    """Basis points, rounded half-up; None of nothing."""
    return round_half_up(Fraction(part_fen * WHOLE_BP, whole_fen)) if whole_fen > 0 else None


def growth_bp(now: int, before: int) -> int | None:
    """By how much it has grown, in basis points; None where there was nothing before."""
    return round_half_up(Fraction((now - before) * WHOLE_BP, before)) if before > 0 else None


def columns_of(measures: Iterable[str]) -> list[Column]:
    """A column of money for each measure, and its number of loans where that is asked for."""
    found = []
    for measure in measures:
        words = MEASURES[measure].words
        if measure in COUNTED_TOO:
            found.append(
                Column(
                    f"{measure}_loans",
                    Words(f"{words.zh.removesuffix('额')}笔数", f"{words.en}, loans"),
                    "count",
                )
            )
        found.append(Column(measure, words, "money"))
    return found


async def divided(
    conn: asyncpg.Connection,
    pool_code: str,
    measures: Sequence[str],
    period: Period,
    by: str,
    names: Mapping[str, Words] | None = None,
) -> tuple[list[Line], Line]:
    """A line for each value that any of the measures has, and all of them together."""
    found = await _found(conn, pool_code, measures, period, by)
    values = sorted({value for of_measure in found.values() for value in of_measure})
    lines = [
        Line(
            key=value,
            words=(names or {}).get(value) or value_words(by, value),
            cells=_cells(
                pool_code,
                {one: found[one].get(value, NOTHING) for one in measures},
                period,
                by,
                value,
            ),
        )
        for value in values
    ]
    whole = {
        one: Counted(
            sum(part.loans for part in found[one].values()),
            sum(part.firms for part in found[one].values()),
            sum(part.fen for part in found[one].values()),
        )
        for one in measures
    }
    return lines, Line("", TOTAL, _cells(pool_code, whole, period, by, None))


async def _found(
    conn: asyncpg.Connection, pool_code: str, measures: Sequence[str], period: Period, by: str
) -> dict[str, dict[str, Counted]]:
    """What falls on each value, measure by measure; of loans of which others are parts all at once."""
    found: dict[str, dict[str, Counted]] = {}
    for one in measures:
        if one in PARTS:
            found |= await counted_with_parts(conn, pool_code, one, period, by)
    for one in measures:
        if one not in found:
            found[one] = await counted(conn, pool_code, one, period, by)
    return {one: found[one] for one in measures}


def _cells(
    pool_code: str, found: Mapping[str, Counted], period: Period, by: str, value: str | None
) -> dict[str, Cell]:
    cells = {}
    for measure, part in found.items():
        href = list_of(pool_code, measure, period, by, value)
        cells[measure] = Cell(part.fen, href)
        cells[f"{measure}_loans"] = Cell(part.loans, href)
    return cells


def with_ratio(line: Line, name: str, part: int, whole: int) -> Line:
    """The same line with one more cell, a ratio of two of its amounts."""
    return Line(line.key, line.words, {**line.cells, name: Cell(share_bp(part, whole))}, line.href)


def fen_of(line: Line, measure: str) -> int:
    """The amount of a cell; nothing where it is not known."""
    value = line.cells[measure].value
    return value if isinstance(value, int) else 0

"""Targets of a year and how far they are reached, as the scorecard and the plans' indicators have them."""

from collections.abc import Sequence

import asyncpg

from services.risk_pool.domain.agreed_figures import TARGETS_OF_INDICATORS
from services.risk_pool.domain.report_period import Period, parse
from services.risk_pool.domain.report_tables import Cell, Column, Line, Table, Unit
from services.risk_pool.domain.report_words import MEASURES
from services.risk_pool.queries.reports_lists import (
    figures_of_indicators,
    pools_with_targets,
    targets_of_year,
)
from services.risk_pool.queries.reports_measures import in_all
from services.risk_pool.reports.counting import list_of, share_bp
from services.risk_pool.reports.indicators import indicators
from services.risk_pool.reports.scorecard import kind_of_target
from shared.life_cycle import Words

_ACTUAL = {
    "year_money": "year",
    "year_count": "year",
    "plans_money": "actual",
    "plans_count": "actual",
}
"""The tables of the indicators that hold targets, and the column of what came of them."""


async def targets(
    conn: asyncpg.Connection, pools: Sequence[tuple[str, str]], period: Period
) -> list[Table]:
    """Every target of the year in which a period ends, pool by pool (code, name): a table in money
    and one in numbers, neither where nothing is set."""
    year = parse(f"{period.end.year:04d}")
    found: dict[Unit, list[Line]] = {"money": [], "count": []}
    having = await pools_with_targets(
        conn, [code for code, _ in pools], list(TARGETS_OF_INDICATORS)
    )
    for code, name in pools:
        if code not in having:
            continue
        lines = await _of_scorecard(conn, code, year)
        if await figures_of_indicators(conn, code, TARGETS_OF_INDICATORS):
            lines += _of_indicators(await indicators(conn, code, year))
        for unit, line in lines:
            words = line.words
            if len(pools) > 1:
                words = Words(f"{name}：{words.zh}", f"{name}: {words.en}")
            found[unit].append(Line(f"{code}:{line.key}", words, line.cells, line.href))
    return [_table(unit, year, lines) for unit, lines in found.items() if lines]


async def _of_scorecard(
    conn: asyncpg.Connection, code: str, year: Period
) -> list[tuple[Unit, Line]]:
    lines: list[tuple[Unit, Line]] = []
    for measure, target in (await targets_of_year(conn, code, year.start.year)).items():
        whole = await in_all(conn, code, measure, year)
        at = f"/api/v1/pools/{code}/agreed-figures?kind={kind_of_target(measure)}"
        cells = {
            "actual": Cell(whole.fen, list_of(code, measure, year)),
            "target": Cell(target, at),
            "reached": Cell(share_bp(whole.fen, target)),
        }
        lines.append(("money", Line(measure, MEASURES[measure].words, cells)))
    return lines


def _of_indicators(tables: Sequence[Table]) -> list[tuple[Unit, Line]]:
    return [
        (
            "money" if table.code.endswith("money") else "count",
            Line(
                line.key,
                line.words,
                {
                    "actual": line.cells[_ACTUAL[table.code]],
                    "target": line.cells["target"],
                    "reached": line.cells["reached"],
                },
            ),
        )
        for table in tables
        if table.code in _ACTUAL
        for line in table.lines
        if line.cells["target"].value is not None
    ]


def _table(unit: Unit, year: Period, lines: Sequence[Line]) -> Table:
    said = {"money": Words("金额", "amounts"), "count": Words("数量", "numbers")}[unit]
    return Table(
        code=f"targets_{unit}",
        words=Words(f"{year.text} 年目标：{said.zh}", f"Targets of {year.text}: {said.en}"),
        first_column=Words("指标", "figure"),
        columns=[
            Column("actual", Words("实际", "actual"), unit),
            Column("target", Words("目标", "target"), unit),
            Column("reached", Words("完成", "of the target"), "percent"),
        ],
        lines=lines,
    )

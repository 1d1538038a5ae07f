"""The yearly scorecard (年度考核): what the year came to, the year before, and what was agreed.

Targets stand here as two persons entered them: amounts to be reached, and of compensation the
year's budget, which is not to be passed.
"""

from collections.abc import Mapping
from typing import Literal

import asyncpg

from services.risk_pool.domain.report_period import Period
from services.risk_pool.domain.report_tables import Cell, Column, Line, Table
from services.risk_pool.domain.report_words import MEASURES
from services.risk_pool.queries.reports_lists import targets_of_year
from services.risk_pool.queries.reports_measures import Counted, each_in_all
from services.risk_pool.reports.counting import growth_bp, list_of, share_bp
from shared.life_cycle import Words

NOTE = Words(
    "目标为经两人登记生效的年度目标（应达到）；批准补偿一行为年度补偿预算（不得超过）。未登记的留空。",
    "Targets are those that two persons entered for the year, to be reached; that of compensation is "
    "the year's budget, not to be passed. What nobody entered is empty.",
)
_MEASURES = ("lent", "entered", "covered", "overdue", "bad", "claimed", "compensated", "paid",
             "recovered")  # fmt: skip


async def scorecard(conn: asyncpg.Connection, pool_code: str, period: Period) -> list[Table]:
    """Amounts with their target, numbers, and ratios, each beside the year before."""
    before = period.year_before
    now = await each_in_all(conn, pool_code, _MEASURES, period)
    then = await each_in_all(conn, pool_code, _MEASURES, before)
    targets = await targets_of_year(conn, pool_code, period.start.year)
    return [
        _amounts(pool_code, period, now, then, targets),
        _numbers(pool_code, period, now, then),
        _ratios(now, then),
    ]


def _two_years(unit: Literal["money", "count", "percent"]) -> list[Column]:
    return [
        Column("year", Words("本年", "this year"), unit),
        Column("before", Words("上年", "the year before"), unit),
    ]


_GROWTH = Column("growth", Words("增长", "growth"), "percent")


def _amounts(
    pool_code: str,
    period: Period,
    now: dict[str, Counted],
    then: dict[str, Counted],
    targets: Mapping[str, int],
) -> Table:
    return Table(
        code="amounts",
        words=Words("金额与目标", "Amounts and targets"),
        first_column=Words("指标", "figure"),
        columns=[
            *_two_years("money"),
            _GROWTH,
            Column("target", Words("目标", "target"), "money"),
            Column("used", Words("完成", "of the target"), "percent"),
        ],
        lines=[
            Line(
                one,
                MEASURES[one].words,
                {
                    "year": Cell(now[one].fen, list_of(pool_code, one, period)),
                    "before": Cell(then[one].fen, list_of(pool_code, one, period.year_before)),
                    "growth": Cell(growth_bp(now[one].fen, then[one].fen)),
                    "target": Cell(
                        targets.get(one),
                        f"/api/v1/pools/{pool_code}/agreed-figures?kind={kind_of_target(one)}"
                        if targets.get(one) is not None
                        else "",
                    ),
                    "used": Cell(share_bp(now[one].fen, targets.get(one) or 0)),
                },
            )
            for one in _MEASURES
        ],
    )


def kind_of_target(measure: str) -> str:
    """Of agreed figures: the budget of compensation, a target of anything else."""
    return "year_budget" if measure == "compensated" else "year_target"


def _numbers(
    pool_code: str, period: Period, now: dict[str, Counted], then: dict[str, Counted]
) -> Table:
    rows = (
        ("lent", "loans", Words("放款笔数", "loans lent")),
        ("lent", "firms", Words("放款企业户数", "firms lent to")),
        ("covered", "loans", Words("期末在保笔数", "loans covered at the end")),
        ("claimed", "loans", Words("申请补偿笔数", "loans claimed for")),
    )
    return Table(
        code="numbers",
        words=Words("笔数与户数", "Numbers"),
        first_column=Words("指标", "figure"),
        columns=[*_two_years("count"), _GROWTH],
        lines=[
            Line(
                f"{one}_{figure}",
                words,
                {
                    "year": Cell(getattr(now[one], figure), list_of(pool_code, one, period)),
                    "before": Cell(
                        getattr(then[one], figure), list_of(pool_code, one, period.year_before)
                    ),
                    "growth": Cell(
                        growth_bp(getattr(now[one], figure), getattr(then[one], figure))
                    ),
                },
            )
            for one, figure, words in rows
        ],
    )


def _ratios(now: dict[str, Counted], then: dict[str, Counted]) -> Table:
    rows = (
        ("bad_ratio", "bad", "covered", Words("不良率（期末）", "NPL ratio at the end")),
        (
            "overdue_ratio",
            "overdue",
            "covered",
            Words("逾期率（期末）", "overdue ratio at the end"),
        ),
        ("recovery_rate", "recovered", "compensated", Words("追偿率（期内）", "recovered of paid")),
    )
    return Table(
        code="ratios",
        words=Words("比率", "Ratios"),
        first_column=Words("指标", "figure"),
        columns=_two_years("percent"),
        lines=[
            Line(
                code,
                words,
                {
                    "year": Cell(share_bp(now[part].fen, now[whole].fen)),
                    "before": Cell(share_bp(then[part].fen, then[whole].fen)),
                },
            )
            for code, part, whole, words in rows
        ],
    )

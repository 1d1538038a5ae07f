"""Indicators of the plans: what a year came to, the year before, targets, and how far they are reached.

Figures of the book lead to the loans whose sum they are. What two persons have stated (years before
the book began, trade and licences) leads to the agreed figure, and is called stated.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import asyncpg

from services.risk_pool.domain.agreed_figures import STATED, TARGETS_OF_INDICATORS
from services.risk_pool.domain.indicators import INDICATORS, Reached, Target, Unit, reached
from services.risk_pool.domain.report_period import BEGINNING, Period, parse
from services.risk_pool.domain.report_tables import Cell, Column, Line, Table
from services.risk_pool.queries.insurance import insured
from services.risk_pool.queries.reports_lists import figures_of_indicators, first_year_of
from services.risk_pool.queries.reports_measures import NOTHING, Counted, counted
from services.risk_pool.reports.counting import growth_bp, list_of, share_bp
from shared.life_cycle import Words

NOTES = (
    Words(
        "资金池开办前各年度的数值，以及系统无法统计的交易和许可金额，为经两人登记生效的填报数，"
        "点击可见依据；没有登记的留空，不作推算。保险按登记的保单起保日计（企业保单计入其有贷款的资金池），"
        "该年另有填报数的以填报数为准。",
        "Figures of years before the pool, and what the system cannot know (trade, licences), are "
        "those that two persons stated, and lead to their source; what nobody stated is empty, and "
        "nothing is guessed. Insurance counts the policies that begin in the year (a firm's own "
        "where it has a loan of the pool), unless two persons have stated the year.",
    ),
    Words(
        "跨年累计的目标按各年数值相加；企业户数按年去重后相加。混合质押指质押权利分属不同种类的贷款。",
        "A target over years is the sum of its years; firms are counted once in each year. Mixed are "
        "loans whose rights are of several kinds.",
    ),
)
_STATED = Words("填报", "stated")


@dataclass(frozen=True, slots=True)
class YearFigure:
    """The figure of an indicator in a year, None where nobody knows it, and where it is from."""

    value: int | None
    href: str = ""
    is_stated: bool = False


Figures = Mapping[tuple[str, int], YearFigure]


async def indicators(conn: asyncpg.Connection, pool_code: str, period: Period) -> list[Table]:
    """What the year came to against the year before and its targets, in money and in numbers; plans
    over years; and the years that these are made of."""
    year = period.start.year
    rows = await figures_of_indicators(conn, pool_code, TARGETS_OF_INDICATORS)
    targets = [one for one in map(_target, rows) if (one.since or one.year) <= year <= one.year]
    plans = [one for one in targets if one.is_of_years]
    first = min([year - 1, *(one.since for one in plans if one.since is not None)])
    figures = await _figures(conn, pool_code, range(max(first, BEGINNING.year + 1), year + 1))
    stands = [
        reached(one, _of(figures, one.indicator), until=year)
        for one in targets
    ]  # fmt: skip
    tables = [_year_table(pool_code, unit, year, figures, stands) for unit in _UNITS]
    tables += [_plan_table(unit, stands) for unit in _UNITS]
    tables += [_years_table(unit, plans, year, figures) for unit in _UNITS]
    return [one for one in tables if one.lines]


_UNITS: Sequence[Unit] = ("money", "count")
_UNIT_WORDS: Mapping[Unit, Words] = {
    "money": Words("金额", "amounts"),
    "count": Words("数量", "numbers"),
}


def _target(row: asyncpg.Record) -> Target:
    set_at = row["amount_fen"] if row["kind"] == "indicator_amount" else row["count"]
    return Target(
        indicator=row["subject"],
        year=row["year"],
        since=row["since_year"],
        amount=set_at,
        growth=None if row["ratio"] is None else Fraction(row["ratio"]),
    )


async def _figures(conn: asyncpg.Connection, pool_code: str, years: Iterable[int]) -> Figures:
    """Every indicator in every year: stated where two persons did, else by the book."""
    stated = {
        (row["subject"], row["year"]): YearFigure(
            row["amount_fen"] if row["amount_fen"] is not None else row["count"],
            f"/api/v1/pools/{pool_code}/agreed-figures?kind={row['kind']}",
            is_stated=True,
        )
        for row in await figures_of_indicators(conn, pool_code, STATED)
    }
    first = await first_year_of(conn, pool_code)
    found: dict[tuple[str, int], YearFigure] = {}
    for year in years:
        period = parse(f"{year:04d}")
        parts = await _counted(conn, pool_code, period)
        by_policies = await _insured(conn, pool_code, period) if year >= first else {}
        for name, one in INDICATORS.items():
            figure = stated.get((name, year), YearFigure(None))
            if not figure.is_stated and one.part is not None and year >= first:
                figure = YearFigure(
                    getattr(parts[one.by, one.value], one.part),
                    list_of(pool_code, "lent", period, one.by, one.value or None),
                )
            elif not figure.is_stated:
                figure = by_policies.get(name, figure)
            found[name, year] = figure
    return found


async def _insured(
    conn: asyncpg.Connection, pool_code: str, period: Period
) -> Mapping[str, YearFigure]:
    """What the policies say that begin in a year; they lead to these policies."""
    found = await insured(conn, pool_code, period)
    if found is None:
        return {}
    href = f"/api/v1/pools/{pool_code}/reports/policies?period={period.text}"
    return {
        "insured_amount": YearFigure(found.fen, href),
        "insured_count": YearFigure(found.loans, href),
    }


async def _counted(
    conn: asyncpg.Connection, pool_code: str, period: Period
) -> dict[tuple[str, str], Counted]:
    """What was lent in a year by division and value; all of it under ("bank", "")."""
    found: dict[tuple[str, str], Counted] = {}
    wanted = {(one.by, one.value) for one in INDICATORS.values() if one.part is not None}
    for by in sorted({by for by, value in wanted if value}):
        parts = await counted(conn, pool_code, "lent", period, by)
        for name, value in wanted:
            if name == by:
                found[by, value] = parts.get(value, NOTHING)
    firms = await counted(conn, pool_code, "lent", period, "borrower")
    found["bank", ""] = Counted(
        sum(one.loans for one in firms.values()), len(firms), sum(one.fen for one in firms.values())
    )
    return found


def _of(figures: Figures, indicator: str) -> dict[int, int | None]:
    return {year: one.value for (name, year), one in figures.items() if name == indicator}


def _year_table(
    pool_code: str, unit: Unit, year: int, figures: Figures, stands: Sequence[Reached]
) -> Table:
    """The year against the year before and the targets of the year itself."""
    set_for = {
        one.target.indicator: one for one in stands
        if not one.target.is_of_years and one.target.year == year
    }  # fmt: skip
    lines = []
    for name, indicator in INDICATORS.items():
        if indicator.unit != unit:
            continue
        now = figures[name, year]
        before = figures.get((name, year - 1), YearFigure(None))
        stand = set_for.get(name)
        required = stand.required if stand else None
        lines.append(
            Line(
                name,
                _named(
                    indicator.words,
                    is_stated=now.is_stated or (indicator.part is None and now.value is None),
                ),
                {
                    "year": Cell(now.value, now.href),
                    "before": Cell(before.value, before.href),
                    "growth": Cell(_growth(now.value, before.value)),
                    "target": Cell(required, _targets_at(pool_code, unit) if stand else ""),
                    "reached": Cell(_share(now.value, required)),
                },
            )
        )
    return Table(
        code=f"year_{unit}",
        words=Words(f"本年{_UNIT_WORDS[unit].zh}", f"The year in {_UNIT_WORDS[unit].en}"),
        first_column=Words("指标", "indicator"),
        columns=[
            Column("year", Words("本年", "this year"), unit),
            Column("before", Words("上年", "the year before"), unit),
            Column("growth", Words("同比增长", "growth"), "percent"),
            Column("target", Words("目标", "target"), unit),
            Column("reached", Words("完成", "of the target"), "percent"),
        ],
        lines=lines,
    )


def _plan_table(unit: Unit, stands: Sequence[Reached]) -> Table:
    """Targets over years: sums up to a year, and growths over a base year."""
    lines = []
    for one in stands:
        target = one.target
        if not target.is_of_years or INDICATORS[target.indicator].unit != unit:
            continue
        words = INDICATORS[target.indicator].words
        how = (
            Words(f"{target.since}—{target.year} 年累计", f"sum of {target.since} to {target.year}")
            if target.growth is None
            else Words(
                f"{target.year} 年比 {target.since} 年增长", f"{target.year} over {target.since}"
            )
        )
        lines.append(
            Line(
                f"{target.indicator}:{target.since}-{target.year}",
                Words(f"{words.zh}：{how.zh}", f"{words.en}: {how.en}"),
                {
                    "base": Cell(one.base),
                    "actual": Cell(one.actual),
                    "growth": Cell(_growth(one.actual, one.base)),
                    "target": Cell(one.required),
                    "reached": Cell(_share(one.actual, one.required)),
                },
            )
        )
    return Table(
        code=f"plans_{unit}",
        words=Words(f"跨年目标{_UNIT_WORDS[unit].zh}", f"Plans in {_UNIT_WORDS[unit].en}"),
        first_column=Words("目标", "target"),
        columns=[
            Column("base", Words("基期", "base year"), unit),
            Column("actual", Words("至本年实际", "actual by this year"), unit),
            Column("growth", Words("比基期增长", "growth over the base"), "percent"),
            Column("target", Words("应达到", "to be reached"), unit),
            Column("reached", Words("完成", "of the target"), "percent"),
        ],
        lines=lines,
    )


def _years_table(unit: Unit, plans: Sequence[Target], year: int, figures: Figures) -> Table:
    """The figure of each year that a plan over years is made of, with its source."""
    lines = []
    named = dict.fromkeys(one.indicator for one in plans if INDICATORS[one.indicator].unit == unit)
    for name in named:
        first = min(one.since or year for one in plans if one.indicator == name)
        for each in range(first, year + 1):
            figure = figures[name, each]
            words = _named(INDICATORS[name].words, is_stated=figure.is_stated)
            lines.append(
                Line(
                    f"{name}:{each}",
                    Words(f"{each} 年 {words.zh}", f"{each}: {words.en}"),
                    {"figure": Cell(figure.value, figure.href)},
                )
            )
    return Table(
        code=f"years_{unit}",
        words=Words(f"各年{_UNIT_WORDS[unit].zh}", f"Years in {_UNIT_WORDS[unit].en}"),
        first_column=Words("年度和指标", "year and indicator"),
        columns=[Column("figure", Words("数值", "figure"), unit)],
        lines=lines,
    )


def _named(words: Words, *, is_stated: bool) -> Words:
    if not is_stated:
        return words
    return Words(f"{words.zh}（{_STATED.zh}）", f"{words.en} ({_STATED.en})")


def _targets_at(pool_code: str, unit: Unit) -> str:
    kind = "indicator_amount" if unit == "money" else "indicator_count"
    return f"/api/v1/pools/{pool_code}/agreed-figures?kind={kind}"


def _growth(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else growth_bp(now, before)


def _share(part: int | None, whole: int | None) -> int | None:
    return None if part is None or whole is None else share_bp(part, whole)

"""The cockpit (数字驾驶舱): where one pool or several stand in a period, against the one before.

Its figures are the measures of the reports, as they are kept of their statements (`book_counts`), of
several pools at once; each has the address of the loans whose sum it is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import asyncpg

from services.risk_pool.domain.report_period import Period
from services.risk_pool.domain.report_tables import Cell, Column, Line, Table
from services.risk_pool.domain.report_words import DIMENSIONS, MEASURES, OF_DIVISION, value_words
from services.risk_pool.queries.book_counts import Counts, Sum, counted_in_each
from services.risk_pool.reports.business import BAD_RATIO
from services.risk_pool.reports.counting import TOTAL, columns_of, growth_bp, share_bp
from shared.life_cycle import Words
from shared.months import Month

MONTHS = 12
MOST_MONTHS = 24
"""A trend shows a year at least, so that a month is seen in its place, and two at most."""

HEADLINE = ("lent", "covered", "bad", "claimed", "paid", "recovered")
_SERIES = ("lent", "covered", "overdue", "bad", "claimed", "compensated", "paid", "recovered")
_DIVIDED = (
    "all", "pool", "bank", "province", "city", "area", "ip_kind", "industry", "first_loan",
)  # fmt: skip
_NOTHING = Sum(0, 0)
MOST_LINES = 100
"""Of a table; the smaller ones beyond are one line together, unless all are asked for."""
_OTHERS = "…"
_TREE = ("province", "city", "area")

NOTES = (
    *(
        Words(f"{one.words.zh}：{one.of.zh}", f"{one.words.en}: {one.of.en}")
        for one in MEASURES.values()
    ),
    Words(
        "不良率：期末不良在保本金除以期末在保本金；追偿率：期内追偿收回除以期内批准补偿。",
        "NPL ratio: covered principal that is non-performing, of all covered principal at the end. "
        "Recovery rate: what was recovered in the period, of the compensation approved in it.",
    ),
    OF_DIVISION["area"],
    OF_DIVISION["ip_kind"],
    OF_DIVISION["industry"],
)
"""What each figure counts, by the words of the reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was counted: measure → (period, division, value) → loans, firms and fen."""

    pools: Sequence[str]
    named: Sequence[str]
    """Those of them that addresses have to name: none where all are meant that somebody sees."""
    period: Period
    months: Sequence[Period]
    parts: Counts
    every: bool = False
    """Whether every value has a line of its own, however many there are."""

    def values(self, by: str, period: Period) -> list[str]:
        """Every value of a division that any measure has in a period."""
        return sorted(
            {
                value
                for part in self.parts.values()
                for (text, division, value) in part
                if division == by and text == period.text
            }
        )

    def of(self, measure: str, period: Period, by: str, value: str) -> Sum:
        """What of a measure falls on a value."""
        return self.parts[measure].get((period.text, by, value), _NOTHING)

    def whole(self, measure: str, period: Period) -> Sum:
        """All of a measure."""
        return self.of(measure, period, "all", "")

    def list_of(
        self, measure: str, period: Period, by: str = "bank", value: str | None = None
    ) -> str:
        """The address of the loans behind a figure."""
        asked = [("measure", measure), ("period", period.text), ("by", by)]
        asked += [] if value is None else [("value", value)]
        asked += [("pool", pool) for pool in self.named]
        return f"/api/v1/reports/loans?{urlencode(asked)}"


async def count(
    conn: asyncpg.Connection,
    pools: Sequence[str],
    period: Period,
    *,
    until: Month,
    named: Sequence[str] = (),
    are_all: bool = False,
    every: bool = False,
) -> Found:
    """Everything that the cockpit shows. `until`: the present month. `named`: those of the pools that were
    asked for by name. `are_all`: these are all the pools that there are. `every`: also where a table
    has more than a hundred lines."""
    months = period.last_months(min(max(period.months, MONTHS), MOST_MONTHS), until=until)
    over_time = {one.text: one for one in (*months, period.before)}
    parts = await counted_in_each(
        conn, pools, list(over_time.values()), ("all", "first_loan"), until=until, are_all=are_all
    )
    divided = await counted_in_each(conn, pools, [period], _DIVIDED, until=until, are_all=are_all)
    for measure, part in divided.items():
        parts[measure] |= part
    return Found(pools=pools, named=named, period=period, months=months, parts=parts, every=every)


def tables(found: Found, names: Mapping[str, Mapping[str, str]]) -> list[Table]:
    """Its tables. `names`: division → value → what it is called ("pool", "bank")."""
    made = [
        _headline(found),
        _ratios(found),
        _months(found),
        _divided(found, "bank", ("lent", "covered", "bad", "claimed", "recovered"), names),
        _tree(found),
        _divided(found, "ip_kind", ("lent", "covered"), names),
        _divided(found, "first_loan", ("lent", "covered"), names),
        _divided(found, "industry", ("lent", "covered", "bad"), names),
    ]
    if len(found.pools) > 1:
        measures = ("lent", "covered", "bad", "paid", "recovered")
        made.append(_divided(found, "pool", measures, names))
    return made


def _headline(found: Found) -> Table:
    lines = []
    for measure in HEADLINE:
        now = found.whole(measure, found.period)
        before = found.whole(measure, found.period.before)
        href = found.list_of(measure, found.period)
        cells = {
            "now": Cell(now.fen, href),
            "loans": Cell(now.loans, href),
            "before": Cell(before.fen, found.list_of(measure, found.period.before)),
            "growth": Cell(growth_bp(now.fen, before.fen)),
        }
        lines.append(Line(measure, MEASURES[measure].words, cells))
    return Table(
        code="headline",
        words=Words("本期与上期", "This period and the one before"),
        first_column=Words("指标", "figure"),
        columns=[
            Column("now", Words("本期", "this period"), "money"),
            Column("loans", Words("笔数", "loans"), "count"),
            Column("before", Words("上期", "the period before"), "money"),
            Column("growth", Words("环比", "change"), "percent"),
        ],
        lines=lines,
    )


def _ratios(found: Found) -> Table:
    rows = (
        ("bad_ratio", "bad", "covered", Words("不良率（期末）", "NPL ratio at the end")),
        ("overdue_ratio", "overdue", "covered", Words("逾期率（期末）", "overdue ratio at the end")),
        ("recovery_rate", "recovered", "compensated", Words("追偿率（期内）", "recovery rate")),
    )  # fmt: skip
    periods = {"now": found.period, "before": found.period.before}
    return Table(
        code="ratios",
        words=Words("比率", "Ratios"),
        first_column=Words("指标", "figure"),
        columns=[
            Column("now", Words("本期", "this period"), "percent"),
            Column("before", Words("上期", "the period before"), "percent"),
        ],
        lines=[
            Line(
                code,
                words,
                {
                    name: Cell(
                        share_bp(found.whole(part, one).fen, found.whole(whole, one).fen),
                        found.list_of(part, one),
                    )
                    for name, one in periods.items()
                },
            )
            for code, part, whole, words in rows
        ],
    )


def _months(found: Found) -> Table:
    lines = []
    for month in found.months:
        line = _line(found, _SERIES, month, month.text, Words(month.text, month.text))
        first = found.of("lent", month, "first_loan", "yes")
        href = found.list_of("lent", month, "first_loan", "yes")
        more = {"first_loans": Cell(first.loans, href), "first_lent": Cell(first.fen, href)}
        lines.append(Line(line.key, line.words, {**line.cells, **more}))
    return Table(
        code="months",
        words=Words("逐月走势", "Month by month"),
        first_column=Words("月份", "month"),
        columns=[
            *columns_of(_SERIES),
            BAD_RATIO,
            Column("first_loans", Words("首贷笔数", "first loans"), "count"),
            Column("first_lent", Words("首贷金额", "lent to first borrowers"), "money"),
        ],
        lines=lines,
    )


def _divided(
    found: Found, by: str, measures: Sequence[str], names: Mapping[str, Mapping[str, str]]
) -> Table:
    """The period by one division, what stands covered most first."""
    called = names.get(by, {})
    values = sorted(
        (one for one in found.values(by, found.period) if _has(found, measures, by, one)),
        key=lambda value: (-found.of("covered", found.period, by, value).fen, value),
    )
    shown = values if found.every or len(values) <= MOST_LINES else values[:MOST_LINES]
    lines = []
    for value in shown:
        words = Words(called[value], called[value]) if value in called else value_words(by, value)
        lines.append(_line(found, measures, found.period, value, words, by=by))
    if others := values[len(shown) :]:
        lines.append(_others(found, measures, by, others))
    return _table(found, by, measures, lines)


def _others(found: Found, measures: Sequence[str], by: str, values: Sequence[str]) -> Line:
    """The smaller ones together, so that the lines still come to the total."""
    cells: dict[str, Cell] = {}
    for measure in measures:
        parts = [found.of(measure, found.period, by, value) for value in values]
        cells[measure] = Cell(sum(part.fen for part in parts))
        cells[f"{measure}_loans"] = Cell(sum(part.loans for part in parts))
    _with_bad_ratio(cells, measures)
    words = Words(f"其余 {len(values)} 项合计", f"{len(values)} others together")
    return Line(_OTHERS, words, cells)


def _tree(found: Found) -> Table:
    """Provinces, their cities, and the counties of these; a county's code goes on with its city's."""
    measures = ("lent", "covered", "bad")
    values = [
        (by, one) for by in _TREE for one in found.values(by, found.period)
        if _has(found, measures, by, one)
    ]  # fmt: skip
    lines = [
        _line(found, measures, found.period, value, value_words(by, value), by=by)
        for by, value in sorted(values, key=lambda one: one[1])
    ]
    return _table(found, "area", measures, lines)


def _table(found: Found, by: str, measures: Sequence[str], lines: Sequence[Line]) -> Table:
    total = _line(found, measures, found.period, "", TOTAL)
    return Table(
        code=by,
        words=Words(f"按{DIMENSIONS[by].zh}", f"By {DIMENSIONS[by].en}"),
        first_column=DIMENSIONS[by],
        columns=[*columns_of(measures), *([BAD_RATIO] if "bad" in measures else [])],
        lines=lines,
        total=total,
        charted="covered",
    )


def _has(found: Found, measures: Collection[str], by: str, value: str) -> bool:
    return any(found.of(one, found.period, by, value).loans for one in measures)


def _line(
    found: Found, measures: Sequence[str], period: Period, key: str, words: Words, by: str = ""
) -> Line:
    """A row of measures: of the value `key` of a division, or of everything where there is none."""
    cells: dict[str, Cell] = {}
    for measure in measures:
        part = found.of(measure, period, by, key) if by else found.whole(measure, period)
        href = found.list_of(measure, period, by, key) if by else found.list_of(measure, period)
        cells[measure] = Cell(part.fen, href)
        cells[f"{measure}_loans"] = Cell(part.loans, href)
    _with_bad_ratio(cells, measures)
    return Line(key, words, cells)


def _with_bad_ratio(cells: dict[str, Cell], measures: Sequence[str]) -> None:
    if "bad" in measures:
        bad, covered = (cells[name].value for name in ("bad", "covered"))
        assert isinstance(bad, int) and isinstance(covered, int)
        cells[BAD_RATIO.name] = Cell(share_bp(bad, covered), cells["bad"].href)

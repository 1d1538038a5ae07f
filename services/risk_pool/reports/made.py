"""Every report of a pool by its code: of which spans it is made, and how."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple

import asyncpg

from services.risk_pool.domain.report_period import ANY_SPAN, Period, Span, of_span
from services.risk_pool.domain.report_tables import Report, Table
from services.risk_pool.domain.report_words import OF_DIVISION
from services.risk_pool.queries.reports_lists import names_of_parties, pool_named
from services.risk_pool.reports import classes, indicators, national, scorecard
from services.risk_pool.reports.business import business
from services.risk_pool.reports.largest import largest
from services.risk_pool.reports.overdue import overdue_and_claims
from services.risk_pool.reports.vintages import vintages
from shared.life_cycle import Words


class Kind(NamedTuple):
    """A report: its title, its spans, and what makes its tables ("business" asks for a division)."""

    words: Words
    spans: tuple[Span, ...]
    make: Callable[[asyncpg.Connection, str, Period], Awaitable[list[Table]]] | None = None
    notes: Sequence[Words] = ()


KINDS: Final[dict[str, Kind]] = {
    "business": Kind(Words("业务统计表", "Business of the period"), ANY_SPAN),
    "classes": Kind(
        Words("五级分类表", "Five-class book"), ANY_SPAN, classes.classes, (classes.NOTE,)
    ),
    "overdue": Kind(
        Words("逾期与代偿清单", "Overdue and claims"), ("quarter", "month"), overdue_and_claims
    ),
    "scorecard": Kind(
        Words("年度考核表", "Yearly scorecard"), ("year",), scorecard.scorecard, (scorecard.NOTE,)
    ),
    "largest": Kind(Words("前十大敞口", "Ten largest exposures"), ANY_SPAN, largest),
    "vintages": Kind(Words("批次分析", "Vintages"), ANY_SPAN, vintages),
    "national": Kind(
        Words("知识产权质押融资月报", "National monthly figures"), ("month",), national.national,
        (national.NOTE,),
    ),
    "indicators": Kind(
        Words("规划指标完成情况", "Indicators of the plans"), ("year",), indicators.indicators,
        indicators.NOTES,
    ),
}  # fmt: skip


async def make_report(
    conn: asyncpg.Connection, pool_code: str, code: str, period_text: str, by: str
) -> Report:
    """A report as it stands now. Raises PeriodMalformed, PeriodOfAnotherSpan."""
    kind = KINDS[code]
    period = of_span(period_text, *kind.spans)
    name, _ = await pool_named(conn, pool_code)
    notes = list(kind.notes)
    if kind.make is None:
        parties = await names_of_parties(conn, pool_code)
        names = {one: Words(said, said) for one, said in parties.items()} if by == "bank" else {}
        tables = await business(conn, pool_code, period, by, names)
        notes += [OF_DIVISION[by]] if by in OF_DIVISION else []
    else:
        tables = await kind.make(conn, pool_code, period)
    return Report(
        code=code,
        words=kind.words,
        pool_code=pool_code,
        pool_name=name,
        period=period.text,
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        tables=tables,
        notes=notes,
    )

"""The national monthly figures (知识产权质押融资月报), as far as the pool's own book knows them.

Loans here are loans lent; the registries count pledges (programmes B.10: two bodies, two measures),
so the amount registered may differ and is not shown as if it were the same.
"""

from collections.abc import Sequence

import asyncpg

from services.risk_pool.domain.report_period import Period
from services.risk_pool.domain.report_tables import Cell, Column, Line, Table, Unit
from services.risk_pool.queries.reports_measures import NOTHING, Counted, counted
from services.risk_pool.reports.counting import growth_bp, list_of
from shared.life_cycle import Words

NOTE = Words(
    "质押登记金额和各类权利的件数由登记机关统计，资金池账上只有贷款，不以贷款额代替",
    "Registered pledge amounts and numbers of rights are the registries' figures; the pool's book "
    "has loans only, and does not pass them off as the same.",
)
_ITEMS: Sequence[tuple[str, str, str, str, Words]] = (
    ("loans", "bank", "", "loans", Words("贷款笔数", "loans")),
    ("amount", "bank", "", "fen", Words("贷款金额（元）", "amount (yuan)")),
    ("firms", "bank", "", "firms", Words("贷款企业户数", "firms")),
    ("first_loans", "first_loan", "yes", "loans", Words("首贷笔数", "first loans")),
    ("first_amount", "first_loan", "yes", "fen", Words("首贷金额（元）", "of first loans (yuan)")),
    ("inclusive_loans", "size", "inclusive", "loans", Words("普惠贷款笔数", "inclusive loans")),
    ("inclusive_firms", "size", "inclusive", "firms", Words("普惠企业户数", "inclusive firms")),
    ("inclusive_amount", "size", "inclusive", "fen", Words("普惠金额（元）", "inclusive (yuan)")),
    ("patent_trademark", "patent_trademark", "yes", "loans",
     Words("专利商标混合质押笔数", "pledges of patents with trademarks")),
    ("patent_trademark_amount", "patent_trademark", "yes", "fen",
     Words("专利商标混合质押金额（元）", "of patents with trademarks (yuan)")),
    ("several", "ip_kind", "several", "loans", Words("多种类混合质押笔数", "mixed IP pledges")),
)  # fmt: skip


async def national(conn: asyncpg.Connection, pool_code: str, period: Period) -> list[Table]:
    """Numbers and amounts of the month, of the year so far, and of the same month a year ago."""
    periods = {"month": period, "to_date": period.year_to_date, "before": period.year_before}
    found = {}
    for name, one in periods.items():
        for by in ("borrower", "first_loan", "size", "ip_kind", "patent_trademark"):
            found[name, by] = await counted(conn, pool_code, "lent", one, by)
    parts = {
        (name, item): _part(found, name, by, value)
        for name in periods
        for item, by, value, _, _ in _ITEMS
    }
    return [
        _table(pool_code, periods, parts, money=False),
        _table(pool_code, periods, parts, money=True),
    ]


def _part(
    found: dict[tuple[str, str], dict[str, Counted]], name: str, by: str, value: str
) -> Counted:
    if value:
        return found[name, by].get(value, NOTHING)
    firms = found[name, "borrower"]
    return Counted(
        sum(one.loans for one in firms.values()), len(firms), sum(one.fen for one in firms.values())
    )


def _table(
    pool_code: str,
    periods: dict[str, Period],
    parts: dict[tuple[str, str], Counted],
    *,
    money: bool,
) -> Table:
    unit: Unit = "money" if money else "count"
    lines = []
    for item, by, value, figure, words in _ITEMS:
        if (figure == "fen") is not money:
            continue
        figures = {name: getattr(parts[name, item], figure) for name in periods}
        lines.append(
            Line(
                item,
                words,
                {
                    name: Cell(figures[name], list_of(pool_code, "lent", one, by, value or None))
                    for name, one in periods.items()
                }
                | {"growth": Cell(growth_bp(figures["month"], figures["before"]))},
            )
        )
    return Table(
        code="amounts" if money else "numbers",
        words=Words("金额", "Amounts") if money else Words("笔数与户数", "Numbers"),
        first_column=Words("指标", "figure"),
        columns=[
            Column("month", Words("本月", "month"), unit),
            Column("to_date", Words("本年累计", "year to date"), unit),
            Column("before", Words("上年同月", "same month last year"), unit),
            Column("growth", Words("同比增长", "growth"), "percent"),
        ],
        lines=lines,
    )

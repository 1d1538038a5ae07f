"""A look ahead as tables: the same form as a report, so that page, workbook and JSON are one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np

from services.risk_pool.domain.foresight_assumptions import ASSUMPTIONS, Assumptions
from services.risk_pool.domain.report_period import parse
from services.risk_pool.domain.report_tables import Cell, Column, Line, Table
from services.risk_pool.domain.report_words import value_words
from services.risk_pool.foresight.book import Book
from services.risk_pool.foresight.measures import (
    CURVE,
    LEVELS,
    Found,
    at_level,
    low_at_level,
    mean,
)
from services.risk_pool.reports.counting import list_of
from shared.life_cycle import Words
from shared.money import group_fen
from shared.months import Month, add_months

TODAY = Words("现行条款", "terms of today")
_MEAN = Words("平均", "average")
_WORST = Words("最坏一次", "worst of all")


def compared(found: Mapping[str, tuple[Words, Found]]) -> Table:
    """The main figures of every set of terms, side by side."""
    rows: Sequence[tuple[str, Words, Callable[[Found], int]]] = (
        ("lost", Words("平均违约本金", "principal lost, average"), lambda f: mean(f.lost)),
        ("paid", Words("资金池平均拨付", "paid by the pool, average"), lambda f: mean(f.paid)),
        (
            "paid_95",
            Words("资金池拨付（95% 情形不超过）", "paid by the pool, 95 of 100"),
            lambda f: at_level(f.paid, 95),
        ),
        (
            "recovered",
            Words("资金池平均收回", "recovered to the pool, average"),
            lambda f: mean(f.recovered),
        ),
        (
            "banks",
            Words("银行平均自担（追偿前）", "borne by banks before recoveries, average"),
            lambda f: mean(f.banks),
        ),
        (
            "top_up_95",
            Words("需补充出资（95% 情形够用）", "top-up needed, 95 of 100"),
            lambda f: at_level(f.top_up, 95),
        ),
        (
            "top_up_99",
            Words("需补充出资（99% 情形够用）", "top-up needed, 99 of 100"),
            lambda f: at_level(f.top_up, 99),
        ),
    )
    both = len(found) == 2
    columns = [Column(name, words, "money") for name, (words, _) in found.items()]
    if both:
        columns.append(Column("difference", Words("变化", "difference"), "money"))
    lines = []
    for code, words, figure in rows:
        values = {name: figure(one) for name, (_, one) in found.items()}
        if both:
            values["difference"] = values["changed"] - values["today"]
        lines.append(Line(code, words, {name: Cell(fen) for name, fen in values.items()}))
    return Table(
        code="compared",
        words=Words("主要结果", "Main figures"),
        first_column=Words("数字", "figure"),
        columns=columns,
        lines=lines,
    )


def exhaustion(found: Mapping[str, tuple[Words, Found]], day: date) -> Table:
    """How often the money does not last, and when it is gone at each level."""

    def month(one: Found, level: int) -> Cell:
        number = one.exhausted_at(level)
        return Cell(None if number is None else str(Month.of(add_months(day, number))))

    return Table(
        code="exhaustion",
        words=Words("资金何时用尽", "When the money is gone"),
        first_column=Words("条款", "terms"),
        columns=[
            Column("chance", Words("用尽的可能", "chance"), "percent"),
            *(
                Column(f"level_{level}", Words(f"{level}% 情形", f"at {level} of 100"), "text")
                for level in LEVELS
            ),
        ],
        lines=[
            Line(
                name,
                words,
                {"chance": Cell(one.exhausted_bp)}
                | {f"level_{level}": month(one, level) for level in LEVELS},
            )
            for name, (words, one) in found.items()
        ],
    )


def loss_curve(name: str, words: Words, one: Found) -> Table:
    """How bad it may become: each column by itself, so that no row is one future."""
    columns = {
        "lost": (Words("违约本金", "principal lost"), one.lost),
        "paid": (Words("资金池拨付", "paid by the pool"), one.paid),
        "recovered": (Words("资金池收回", "recovered"), one.recovered),
        "banks": (Words("银行自担（追偿前）", "borne by banks"), one.banks),
        "lowest": (Words("最低余额", "lowest balance"), one.lowest),
        "top_up": (Words("需补充出资", "top-up needed"), one.top_up),
    }
    lines = [Line("mean", _MEAN, {key: Cell(mean(fen)) for key, (_, fen) in columns.items()})]
    for level in (*CURVE, 100):
        said = Words(f"{level}% 情形不超过", f"{level} of 100") if level < 100 else _WORST
        lines.append(
            Line(
                str(level),
                said,
                {
                    key: Cell(low_at_level(fen, level) if key == "lowest" else at_level(fen, level))
                    for key, (_, fen) in columns.items()
                },
            )
        )
    return Table(
        code=f"curve_{name}",
        words=Words(f"损失曲线：{words.zh}", f"Loss curve: {words.en}"),
        first_column=Words("情形", "of the futures"),
        columns=[Column(key, said, "money") for key, (said, _) in columns.items()],
        lines=lines,
    )


def month_by_month(
    name: str, words: Words, one: Found, book: Book, assumptions: Assumptions, day: date
) -> Table:
    """The pool's money at every month's end, and what of the book is not due yet by then."""
    lines = []
    balance, paid, recovered = one.by_month.balance, one.by_month.paid, one.by_month.recovered
    for at in range(assumptions.horizon_months):
        month = str(Month.of(add_months(day, at + 1)))
        lines.append(
            Line(
                month,
                Words(month, month),
                {
                    "running": Cell(_running_fen(book, assumptions, at + 1)),
                    "paid": Cell(mean(paid[:, at])),
                    "recovered": Cell(mean(recovered[:, at])),
                    "balance": Cell(mean(balance[:, at])),
                    "balance_50": Cell(low_at_level(balance[:, at], 50)),
                    "balance_95": Cell(low_at_level(balance[:, at], 95)),
                    "balance_99": Cell(low_at_level(balance[:, at], 99)),
                    "exhausted": Cell(one.exhausted_by_bp(at + 1)),
                },
            )
        )
    return Table(
        code=f"months_{name}",
        words=Words(f"逐月：{words.zh}", f"Month by month: {words.en}"),
        first_column=Words("月份", "month"),
        columns=[
            Column("running", Words("未到期本金", "not due yet"), "money"),
            Column("paid", Words("平均拨付", "paid, average"), "money"),
            Column("recovered", Words("平均收回", "recovered, average"), "money"),
            Column("balance", Words("平均余额", "balance, average"), "money"),
            Column("balance_50", Words("余额 50%", "balance, 50 %"), "money"),
            Column("balance_95", Words("余额 95%", "balance, 95 %"), "money"),
            Column("balance_99", Words("余额 99%", "balance, 99 %"), "money"),
            Column("exhausted", Words("已用尽", "gone by then"), "percent"),
        ],
        lines=lines,
    )


def _running_fen(book: Book, assumptions: Assumptions, month: int) -> int:
    left = max(10_000 - (month - 1) * assumptions.monthly_repayment_bp, 0)
    return int((book.ip_part[book.matures_in >= month] * left // 10_000).sum())


def assumed(assumptions: Assumptions) -> Table:
    """Every assumption that the figures stand on."""
    return Table(
        code="assumptions",
        words=Words("假设", "Assumptions"),
        first_column=Words("假设", "assumption"),
        columns=[
            Column("value", Words("取值", "value"), "text"),
        ],
        lines=[
            Line(
                one.name,
                one.words,
                {"value": Cell(_as_text(getattr(assumptions, one.field), one.unit))},
            )
            for one in ASSUMPTIONS
        ],
    )


def _as_text(value: int, unit: str) -> str:
    if unit == "money":
        return group_fen(value)
    return f"{value // 100}.{value % 100:02d}%" if unit == "percent" else str(value)


def by_class(book: Book, assumptions: Assumptions, pool_code: str, day: date) -> Table:
    """The book that the look starts from: firms by the worst class of their loans."""
    classes = np.array(book.firms.risk_class)
    lines: list[Line] = []
    named: Sequence[str] = sorted(set(book.firms.risk_class))
    for one in named:
        of_class = classes == one
        href = list_of(pool_code, "covered", parse(str(Month.of(day))), "class", one)
        lines.append(
            Line(
                one or "unreported",
                value_words("class", one),
                {
                    "firms": Cell(int(of_class.sum()), href),
                    "covered": Cell(int(book.firms.covered[of_class].sum()), href),
                    "chance": Cell(round(assumptions.pd_of(one) * 10_000)),
                },
            )
        )
    return Table(
        code="book",
        words=Words("出发点：在保企业", "Where it starts: firms in cover"),
        first_column=Words("五级分类（取最差一笔）", "risk class, the worst of its loans"),
        columns=[
            Column("firms", Words("户数", "firms"), "count"),
            Column("covered", Words("知识产权部分本金", "principal of the IP part"), "money"),
            Column("chance", Words("一年内违约概率（加压后）", "chance a year, stressed"), "percent"),
        ],
        lines=lines,
    )  # fmt: skip


def last_day(day: date, assumptions: Assumptions) -> date:
    """The last day that is looked ahead to."""
    return Month.of(add_months(day, assumptions.horizon_months)).last

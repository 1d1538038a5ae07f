"""The few figures that stand on the first page of a role, each with its last months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import asyncpg

from shared.life_cycle import Words
from shared.months import Month, add_months

MONTHS: Final = 6
"""So many months stand behind a figure, this one among them."""

Unit = Literal["money", "count"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFigure:
    """A figure of a role's first page.

    `by_month` is SQL: $1 the first day of the first month, $2 today, $3 the person, `OWN` what narrows
    it to a bank that looks; it returns `month` ("2026-11") and `amount`, in fen or counted, as far as its reader may see the rows. `now` is SQL
    for what stands rather than happens: one value, of this moment; without it the figure is what this
    month has come to. `page` is where its rows are: a path of the console in which {first} stands for
    the month's first day, {today} for the day.
    """

    code: str
    words: Words
    unit: Unit
    roles: frozenset[str]
    by_month: str
    page: str
    now: str = ""


def month_of(at: str) -> str:
    """The month of a moment in Shanghai, as the column `month` of `by_month`."""
    return f"to_char({at} at time zone 'Asia/Shanghai', 'YYYY-MM') as month"


OWN: Final = "(/* own rows */ true)"
"""Where `bank_code = …` stands for a bank that looks: row-level security alone uses no index."""

OWN_OR_ALL: Final = "(/* own counts, or those of all */ bank_code = '*')"
"""The same in a table of counts, in which all banks together are a bank of their own."""


def within(at: str) -> str:
    """That a moment lies on one of the days asked for, in Shanghai."""
    return (
        f"{at} >= $1::timestamp at time zone 'Asia/Shanghai'"
        f" and {at} < ($2::date + 1)::timestamp at time zone 'Asia/Shanghai'"
    )


PARKED: Final = WorkFigure(
    code="parked",
    words=Words("搁置的消息", "parked events"),
    unit="count",
    roles=frozenset({"admin"}),
    by_month=f"""
        select {month_of("parked_at")}, count(*) as amount
        from parked
        where {within("parked_at")} and $3::text is not null
        group by 1
    """,
    now="select count(*) from parked",
    page="/parked",
)
"""Of every service: what waits for whoever runs it."""


async def read_figures(
    conn: asyncpg.Connection,
    known: Sequence[WorkFigure],
    *,
    roles: frozenset[str],
    subject: str,
    bank: str | None,
    today: date,
) -> list[dict[str, Any]]:
    """The figures of these roles, in the order in which they are known: a small statement or two for
    each, over the last months alone."""
    this = Month.of(today)
    months = [Month.of(add_months(this.first, back)) for back in range(1 - MONTHS, 1)]
    return [
        await _figure(conn, one, months, subject=subject, bank=bank, today=today)
        for one in known
        if one.roles & roles
    ]


async def _figure(
    conn: asyncpg.Connection,
    one: WorkFigure,
    months: Sequence[Month],
    *,
    subject: str,
    bank: str | None,
    today: date,
) -> dict[str, Any]:
    found = await conn.fetch(*_own(one.by_month, (months[0].first, today, subject), bank))
    by_month: dict[str, int] = {row["month"]: int(row["amount"]) for row in found}
    if one.now:
        by_month[str(months[-1])] = int(await conn.fetchval(*_own(one.now, (), bank)) or 0)
    name = "amount_fen" if one.unit == "money" else "count"
    return {
        "code": one.code,
        "zh": one.words.zh,
        "en": one.words.en,
        name: by_month.get(str(months[-1]), 0),
        "page": one.page.format(first=months[-1].first, today=today),
        "months": [{"month": str(each), name: by_month.get(str(each), 0)} for each in months],
    }


def _own(statement: str, values: tuple[Any, ...], bank: str | None) -> tuple[Any, ...]:
    """A statement with its values, narrowed to a bank that looks."""
    marks = [mark for mark in (OWN, OWN_OR_ALL) if mark in statement]
    if bank is None or not marks:
        return statement, *values
    for mark in marks:
        statement = statement.replace(mark, f"bank_code = ${len(values) + 1}")
    return statement, *values, bank

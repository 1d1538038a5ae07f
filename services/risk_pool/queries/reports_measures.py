"""What reports count: each measure is one statement, read as sums and read as the list behind them.

Both readings stand on the same rows, so that a figure and its list can never differ. Money that
moved is read from the ledger: what a report says is what the accounts say, on any day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import asyncpg

from services.risk_pool.domain.report_period import Period
from services.risk_pool.tables import measures
from services.risk_pool.tables.measures import (
    COVERED_BY_NUMBER,
    DIVISIONS,
    IN_PERIOD,
    MANY_MONTHS,
    MOVED_BY_NUMBER,
    PARTS,
)
from shared import canonical
from shared.postgres.grids import Grid, Sortable
from shared.postgres.literals import containing


def _counted(measure: str, reading: str, by: str = "") -> str:
    return measures.loans_counted(IN_PERIOD[measure], reading, month="$4::text", by=by)


class Counted(NamedTuple):
    """Loans, firms and fen of one part of a measure."""

    loans: int
    firms: int
    fen: int


NOTHING = Counted(0, 0, 0)


async def counted(
    conn: asyncpg.Connection, pool_code: str, measure: str, period: Period, by: str
) -> dict[str, Counted]:
    """Value of the division → what of the measure falls on it."""
    reading = f"""
        select {DIVISIONS[by]} as value, count(*) as loans,
               count(distinct c.borrower_uscc) as firms, sum(counted.fen)::bigint as fen"""
    statement = _counted(measure, reading)
    rows = await conn.fetch(f"{statement} group by 1 order by 1", *_arguments([pool_code], period))
    return {row["value"]: Counted(row["loans"], row["firms"], row["fen"]) for row in rows}


async def counted_with_parts(
    conn: asyncpg.Connection, pool_code: str, measure: str, period: Period, by: str
) -> dict[str, dict[str, Counted]]:
    """The same of a measure and of all that are those loans of it of which something holds, read once:
    measure → value of the division → what falls on it."""
    conditions = {measure: "true", **PARTS[measure]}
    sums = ", ".join(
        f"""count(*) filter (where {holds}) as {one}_loans,
            count(distinct c.borrower_uscc) filter (where {holds}) as {one}_firms,
            coalesce(sum(counted.fen) filter (where {holds}), 0)::bigint as {one}_fen"""
        for one, holds in conditions.items()
    )
    statement = _counted(measure, f"select {DIVISIONS[by]} as value, {sums}")
    rows = await conn.fetch(f"{statement} group by 1 order by 1", *_arguments([pool_code], period))
    return {
        one: {
            row["value"]: Counted(row[f"{one}_loans"], row[f"{one}_firms"], row[f"{one}_fen"])
            for row in rows
            if row[f"{one}_loans"]
        }
        for one in conditions
    }


async def in_all(conn: asyncpg.Connection, pool_code: str, measure: str, period: Period) -> Counted:
    """The whole of a measure."""
    reading = """select count(*) as loans, count(distinct c.borrower_uscc) as firms,
                        coalesce(sum(counted.fen), 0)::bigint as fen"""
    statement = _counted(measure, reading)
    row = await conn.fetchrow(statement, *_arguments([pool_code], period))
    return Counted(row["loans"], row["firms"], row["fen"])


async def each_in_all(
    conn: asyncpg.Connection, pool_code: str, measures: Sequence[str], period: Period
) -> dict[str, Counted]:
    """The whole of each measure; of loans of which others are parts all of them read once."""
    found: dict[str, Counted] = {}
    for one in measures:
        if one in PARTS:
            parts = await counted_with_parts(conn, pool_code, one, period, "all")
            found |= {name: values.get("", NOTHING) for name, values in parts.items()}
    for one in measures:
        if one not in found:
            found[one] = await in_all(conn, pool_code, one, period)
    return found


LOANS: Final = Grid(
    rows="coverages",
    key=(Sortable("number", str),),
    descends=False,
    sorts={
        "number": Sortable("number", str),
        "amount": Sortable("amount_fen", int),
        "overdue_days": Sortable("coalesce(overdue_days, 0)", int),
    },
    sums={"amount": "amount_fen"},
)
"""The loans behind a figure, by number: how they are ordered. `loans_counted` says which they are; all of
them are read whatever is asked, as the figure is."""


def loans_counted(pools: Sequence[str], measure: str, period: Period, *, by: str) -> Grid:
    """The loans behind a figure, with what each adds to it and on which `value` of a division it falls."""
    reading = f"""
        select c.loan_id, c.number, c.pool_code, c.bank_code, c.borrower_name, c.borrower_uscc,
               c.borrower_name_canonical, c.mode, c.state, stood.risk_class, stood.overdue_days,
               counted.fen::bigint as amount_fen, {DIVISIONS[by]} as value"""
    if measure == "covered":
        statement = COVERED_BY_NUMBER.format(reading=reading)
    elif measure in MOVED_BY_NUMBER and period.months > MANY_MONTHS:
        statement = MOVED_BY_NUMBER[measure].format(reading=reading)
    else:
        statement = _counted(measure, reading, by=DIVISIONS[by])
    # In the usual order, so that a page of it is met on the way, and no more is worked out.
    rows = f"({statement} order by c.number) as one"
    return replace(LOANS, rows=rows, given=_arguments(pools, period))


def loans_meant(q: str | None) -> Mapping[str, Any]:
    """Loans of this number or credit code, or of a firm that is called so."""
    words = canonical.plain(q) if q else ""
    if not words:
        return {}
    said = "(number = {} or borrower_uscc = {} or borrower_name_canonical like {})"
    return {said: (words, canonical.compact(words) or words, containing(words))}


def _arguments(pools: Sequence[str], period: Period) -> tuple[Any, ...]:
    return list(pools), period.first, period.last, str(period.end)

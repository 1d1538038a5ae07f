"""How cases flow: what was filed and approved in each month, and how long an approval took.

The list behind a figure stands on the same rows as the figure.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg

from services.applications.tables import counted
from services.applications.tables.counted import FILED_ON, MOVED, TAKEN_OVER, have_begun
from shared import canonical
from shared.postgres.grids import Grid, Sortable
from shared.postgres.literals import containing
from shared.postgres.pools_seen import ALL as EVERY_POOL
from shared.postgres.pools_seen import looks_as

Counted = Literal["filed", "approved"]

FLOW_KEPT: Final = counted.kept(
    "case_flow_counts", counted.flow_of("select * from case_counts_due")
)
FLOW_ANEW: Final = f"({counted.flow_of(MOVED)})"
"""Rows of `case_flow_counts` with what is due to it; out of the cases themselves."""
# Every approval of a month in the order of its days: how many there were by then says which is the middle one.
_MONTHS: Final = """
    with days as (
        select to_char(day, 'YYYY-MM') as month, counted, days, sum(cases) as cases, sum(fen) as fen
        from {flow} as flow
        where pool_code = any($1::text[]) and day between $2 and $3 group by 1, 2, 3
    ), each as (
        select * from days
        union all select null, counted, days, sum(cases), sum(fen) from days group by 2, 3
    ), ranked as (
        select *, sum(cases) over (partition by month, counted order by days) as so_far,
               sum(cases) over (partition by month, counted) as of_all
        from each where cases > 0
    )
    select month, coalesce(sum(cases) filter (where counted = 'filed'), 0)::bigint as filed,
           coalesce(sum(fen) filter (where counted = 'filed'), 0)::bigint as filed_amount_fen,
           coalesce(sum(cases) filter (where counted = 'granted'), 0)::bigint as approved,
           coalesce(sum(fen) filter (where counted = 'granted'), 0)::bigint as approved_amount_fen,
           min(days) filter (where counted = 'granted' and so_far >= of_all * 0.5) as median_days,
           min(days) filter (where counted = 'granted' and so_far >= of_all * 0.9) as ninth_days
    from ranked group by month order by month
"""
CASES: Final = Grid(
    rows=f"""(
        select a.id, a.number, a.pool_code, a.bank_code, a.borrower_name, a.borrower_uscc,
               a.borrower_name_canonical, a.state, a.amount_fen, {FILED_ON} as filed_on,
               a.approved_on, a.approved_on - {FILED_ON} as days
        from applications as a
        where not {TAKEN_OVER}
    ) as flowing""",
    key=(Sortable("id", UUID),),
    sorts={
        "number": Sortable("number", str),
        "amount": Sortable("amount_fen", int),
        "filed_on": Sortable("filed_on", date),
        "approved_on": Sortable("coalesce(approved_on, date '1900-01-01')", date),
        "days": Sortable("coalesce(days, -1)", int),
    },
    sums={"amount": "amount_fen"},
)
"""The cases behind a figure, of a stretch of days, the youngest first."""
_DAY: Final[dict[Counted, str]] = {"filed": "filed_on", "approved": "approved_on"}


def counted_between(which: Counted, first: date, last: date) -> Mapping[str, Any]:
    """Cases of `CASES` that a figure of these days counts."""
    return {f"{_DAY[which]} between {{}} and {{}}": (first, last)}


def cases_meant(q: str | None) -> Mapping[str, Any]:
    """Cases of this number or credit code, or of a firm that is called so."""
    words = canonical.plain(q) if q else ""
    if not words:
        return {}
    said = "(number = {} or borrower_uscc = {} or borrower_name_canonical like {})"
    return {said: (words, canonical.compact(words) or words, containing(words))}


async def months(
    conn: asyncpg.Connection, pools: Sequence[str] | None, *, first: date, last: date
) -> list[asyncpg.Record]:
    """Month by month and in all (month none): cases and money filed and approved, and of those approved
    the days from filing to approval: the median, and what nine of ten did not exceed."""
    flow = FLOW_KEPT if await have_begun(conn) else FLOW_ANEW
    seen = (await looks_as(conn)).pools
    of_pools = pools or ([counted.ALL] if seen == EVERY_POOL else seen.split(","))
    rows: list[asyncpg.Record] = await conn.fetch(
        _MONTHS.format(flow=flow), list(of_pools), first, last
    )
    return rows

"""What the cockpit counts, kept by month: of each pool, and of all of them together.

Kept is the answer of the reports' own measures. Pools in which something has moved since (`book_counts_due`)
are counted anew, from the first month that it touches, until `tables.book_counts` has kept that; so a reader
is told what stands now, and of the rest reads only what is kept.

A loan is counted once in a period of several months: with each count stands in which month the same loans were
counted last, so that those that were already are left out. A loan that also went down stands by itself
(`by` = loan), since of some periods nothing of it is left.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import asyncpg

from services.risk_pool.domain.report_period import Period
from services.risk_pool.tables.book_counts import (
    ALL_POOLS,
    COLUMNS,
    MOVES,
    STANDS,
    VALUES,
    anew,
    due,
)
from shared.months import Month
from shared.postgres.literals import literals

# $4 and $5 the months that are asked for, $6 divisions, $7 the last month that is kept, $8 whose counts are
# asked for, $9 to $11 the periods. What is due is taken out of what is kept, and counted anew.
_PART: Final = "by = any($6::text[]) and month between least($4::text, $7::text) and $5::text"
_BOOK: Final = f"""
    select measure, month, by, value, before, loans, fen, $7::text as through from book_counts
    where pool_code = any($8::text[]) and {_PART}
      and ($1::text[], $2::text, $3::text) is not null
"""
_OF_DUE: Final = f"""
    union all
    select measure, month, by, value, before, -loans, -fen, $7 from book_counts
    where pool_code = any($1) and month >= $2 and {_PART}
    union all
    select measure, month, by, value, before, loans, fen, $3
    from ({anew("asked.month in (select least(one.last, $3) from unnest($11::text[]) as one (last))")})
        as anew ({COLUMNS}) where by = any($6)
"""
_STANDS: Final = f"measure in ({literals(STANDS)})"
_OF_PERIODS: Final = f"""
    with asked as (
        select * from unnest($9::text[], $10::text[], $11::text[]) as asked (period, first, last)
    ), book as ({{book}}), counted as (
        select asked.period, measure, by, value,
               sum(loans) filter (where {_STANDS} or before < asked.first)::bigint as loans,
               sum(fen)::bigint as fen
        from asked join book on case
            when {_STANDS} then book.month = least(asked.last, book.through)
            else book.month between asked.first and asked.last end
        where by <> 'loan' group by 1, 2, 3, 4
        union all
        select period, measure, part.by, part.value, count(*), sum(alone.fen)::bigint
        from (
            select asked.period, measure, value::uuid as loan_id, sum(fen) as fen
            from asked join book on book.month between asked.first and asked.last
            where by = 'loan' group by 1, 2, 3 having sum(fen) <> 0
        ) as alone join coverages as c using (loan_id)
        cross join lateral (values {VALUES}) as part (by, value)
        where part.by = any($6) group by 1, 2, 3, 4
    )
    select period, measure, by, value, sum(loans)::bigint as loans, sum(fen)::bigint as fen
    from counted group by 1, 2, 3, 4 having sum(loans) > 0
"""


class Sum(NamedTuple):
    """Loans and fen of one part of a measure."""

    loans: int
    fen: int


Counts = dict[str, dict[tuple[str, str, str], Sum]]
"""Measure → (period, division, value) → what falls on it."""


async def counted_in_each(
    conn: asyncpg.Connection,
    pools: Sequence[str],
    periods: Sequence[Period],
    divisions: Sequence[str],
    *,
    until: Month,
    are_all: bool,
) -> Counts:
    """What falls on each value of divisions (of `KEPT_BY`) in each period, of several pools together.
    `until`: the present month. `are_all`: these are all the pools that there are."""
    waits = await due(conn, pools, until=until)
    rows = await conn.fetch(
        _OF_PERIODS.format(book=_BOOK + _OF_DUE if waits.pools else _BOOK),
        waits.pools,
        waits.first,
        waits.last,
        min(str(one.start) for one in periods),
        max(str(one.end) for one in periods),
        [*divisions, "loan"],
        waits.kept,
        [ALL_POOLS] if are_all else list(pools),
        [one.text for one in periods],
        [str(one.start) for one in periods],
        [str(one.end) for one in periods],
    )
    found: Counts = {measure: {} for measure in (*STANDS, *MOVES)}
    for row in rows:
        key = row["period"], row["by"], row["value"]
        found[row["measure"]][key] = Sum(row["loans"], row["fen"])
    return found

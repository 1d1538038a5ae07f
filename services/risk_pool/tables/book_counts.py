"""The counts of the cockpit are kept: what has moved is counted anew, by sets of pools.

Which pools and months that are, the statements that move something say by themselves (triggers of migration
0180), so that no way into the book can forget it. Their rows are only added and taken away: who moves
something waits for nobody.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import asyncpg

from services.risk_pool.tables.measures import (
    COVERED_IN_EACH,
    DIVISIONS,
    MOVED,
    PARTS,
    loans_counted,
)
from shared.months import Month
from shared.postgres.literals import literals

ALL_POOLS: Final = "*"
KEPT_BY: Final = (
    "all", "pool", "bank", "province", "city", "area", "ip_kind", "industry", "first_loan",
)  # fmt: skip
STANDS: Final = ("covered", *PARTS["covered"])
"""Measures of what stands at the end of a month; the others are of what moves in it."""
MOVES: Final = ("lent", "claimed", "compensated", "paid", "recovered")
FROM_THE_BEGINNING: Final = "0000-00"
VALUES: Final = ", ".join(f"('{by}', {DIVISIONS[by]})" for by in KEPT_BY)

_MONTHS: Final = """(
    select to_char(day, 'YYYY-MM') as month, date '1900-01-01' as first,
           (day + interval '1 month' - interval '1 day')::date as last
    from generate_series(
        to_date(greatest($2::text, coalesce((
            select to_char(min(business_date), 'YYYY-MM') from transfers
            where pool_code = any($1::text[])), $3::text)), 'YYYY-MM'),
        to_date($3::text, 'YYYY-MM'), interval '1 month') as day)"""


def _standing(months: str) -> str:
    parts = ", ".join(f"('{part}', {condition})" for part, condition in PARTS["covered"].items())
    each = loans_counted(
        COVERED_IN_EACH,
        month="asked.month",
        reading="""select c.pool_code, stands.measure, part.by, part.value,
                          count(*) as loans, sum(counted.fen)::bigint as fen""",
        more=f"""cross join lateral (values ('covered', true), {parts}) as stands (measure, counts)
                 cross join lateral (values {VALUES}) as part (by, value)""",
    )
    return f"""
        select found.pool_code, found.measure, asked.month, found.by, found.value, '' as before,
               found.loans, found.fen
        from {_MONTHS} as asked
        cross join lateral ({each} and stands.counts group by 1, 2, 3, 4) as found
        where {months}"""


def _moving(measure: str) -> str:
    return f"""
        select c.pool_code, '{measure}', month, part.by, part.value, before, count(*),
               sum(fen)::bigint
        from (
            select *, coalesce(lag(month) over (partition by loan_id order by month), '') as before,
                   min(fen) over (partition by loan_id) < 0 as goes_down
            from (select loan_id, to_char(day, 'YYYY-MM') as month, sum(fen) as fen
                  from ({MOVED[measure]}) as moved group by 1, 2 having sum(fen) <> 0) as monthly
        ) as told join coverages as c using (loan_id)
        cross join lateral (
            select by, value from (values {VALUES}) as one (by, value) where not goes_down
            union all select 'loan', loan_id::text where goes_down) as part
        where month between $2 and $3 group by 1, 3, 4, 5, 6"""


def anew(months: str = "true") -> str:
    """Rows of `book_counts` of the pools $1 from the month $2 to $3, out of what is booked and reported, of the
    months `asked.month` for which a condition holds."""
    return " union all ".join((_standing(months), *map(_moving, MOVES)))


COLUMNS: Final = "pool_code, measure, month, by, value, before, loans, fen"
COUNTED_ANEW: Final = f"select {COLUMNS} from ({anew()}) as anew"
"""The rows of `book_counts` of the pools $1 from the month $2 to $3, out of what is booked and reported."""


class Due(NamedTuple):
    """Pools that have to be counted anew, and from which month to which."""

    pools: Sequence[str]
    first: str
    last: str
    kept: str
    """The last month that is kept: of what stands, later ones stand as it does."""


async def due(conn: asyncpg.Connection, pools: Sequence[str] | None, *, until: Month) -> Due:
    """What of these pools (None: of all) has moved since it was counted. `until`: the present month."""
    rows = await conn.fetch(
        """select pool_code, min(month) as first, max(month) as last from book_counts_due
           where $1::text[] is null or pool_code = any($1) group by 1 order by 1""",
        pools,
    )
    kept = await conn.fetchval("select month from book_counts_through")
    return Due(
        pools=[row["pool_code"] for row in rows],
        first=min((kept, *(row["first"] for row in rows))),
        last=max((kept, str(until), *(row["last"] for row in rows))),
        kept=kept,
    )


AT_ONCE: Final = 25
"""Pools that are counted in one transaction."""
_LOCK: Final = "select pg_try_advisory_xact_lock(hashtext('book_counts'))"

_KEY: Final = "pool_code, by, month, measure, value, before"
_ADD_TO_ALL: Final = f"""
    insert into book_counts ({COLUMNS})
    select '{ALL_POOLS}', measure, month, by, value, before, {{sign}} sum(loans), {{sign}} sum(fen)
    from book_counts where pool_code = any($1::text[]) and month >= $2 group by 2, 3, 4, 5, 6
    order by 4, 3, 2, 5, 6
    on conflict ({_KEY}) do update
        set loans = book_counts.loans + excluded.loans, fen = book_counts.fen + excluded.fen
"""
_NEXT_MONTH: Final = f"""
    insert into book_counts ({COLUMNS})
    select pool_code, measure, $2, by, value, before, loans, fen from book_counts
    where month = $1 and measure in ({literals(STANDS)})
"""


_DIFFERENCES: Final = f"""
    select pool_code, measure, month, by, value, before,
           kept.loans as kept_loans, kept.fen as kept_fen, told.loans as told_loans, told.fen as told_fen
    from (select * from book_counts where pool_code = any($1::text[])) as kept
    full join ({COUNTED_ANEW}) as told using (pool_code, measure, month, by, value, before)
    where (kept.loans, kept.fen) is distinct from (told.loans, told.fen) order by 1, 2, 3, 4, 5
"""
_DIFFERENCES_OF_ALL: Final = f"""
    select '{ALL_POOLS}' as pool_code, measure, month, by, value, before,
           kept.loans as kept_loans, kept.fen as kept_fen, told.loans as told_loans, told.fen as told_fen
    from (select * from book_counts where pool_code = '{ALL_POOLS}') as kept
    full join (
        select measure, month, by, value, before, sum(loans) as loans, sum(fen) as fen
        from book_counts where pool_code <> '{ALL_POOLS}' group by 1, 2, 3, 4, 5
    ) as told using (measure, month, by, value, before)
    where (kept.loans, kept.fen) is distinct from (told.loans, told.fen) order by 2, 3, 4, 5
"""


async def count_due(conn: asyncpg.Connection, *, until: Month) -> bool:
    """Count anew what is due of some pools, in a transaction that sees everything; whether more is left.
    Nothing is done while another process does it. `until`: the present month."""
    if not await conn.fetchval(_LOCK):
        return False
    waits = await due(conn, None, until=until)
    await _begin_months(conn, waits)
    # In the order of their months, so that few that reach far back do not make all of them reach as far.
    marks = await conn.fetch(
        """select pool_code, min(month) as month, array_agg(id) as ids from book_counts_due
           group by 1 order by 2, 1 limit $1""",
        AT_ONCE,
    )
    if marks:
        pools = [row["pool_code"] for row in marks]
        await _keep(conn, pools, marks[0]["month"], waits.last)
        await conn.execute(
            "delete from book_counts_due where id = any($1::bigint[])",
            [one for row in marks for one in row["ids"]],
        )
    return len(waits.pools) > len(marks)


async def _begin_months(conn: asyncpg.Connection, waits: Due) -> None:
    """Of every pool there stands at the end of a new month what stood before, until it is counted."""
    if waits.last == waits.kept:
        return
    if waits.kept != FROM_THE_BEGINNING:
        month = Month.parse(waits.kept)
        while str(month) < waits.last:
            await conn.execute(_NEXT_MONTH, str(month), str(month.after))
            month = month.after
    await conn.execute("update book_counts_through set month = $1", waits.last)


async def _keep(conn: asyncpg.Connection, pools: Sequence[str], first: str, last: str) -> None:
    """Let what is counted now of these pools from a first month on stand in the place of what stood."""
    await conn.execute(_ADD_TO_ALL.format(sign="-"), pools, first)
    await conn.execute(
        "delete from book_counts where pool_code = any($1::text[]) and month >= $2", pools, first
    )
    await conn.execute(f"insert into book_counts ({COLUMNS}) {COUNTED_ANEW}", pools, first, last)
    await conn.execute(_ADD_TO_ALL.format(sign=""), pools, first)
    await conn.execute(
        f"""delete from book_counts
            where pool_code = '{ALL_POOLS}' and month >= $1 and loans = 0 and fen = 0""",
        first,
    )


async def differences(conn: asyncpg.Connection, *, until: Month) -> list[asyncpg.Record]:
    """Where what is kept differs from what is booked and reported, of the pools that are not due: pool, measure,
    month, division, value, and both counts. Nothing where all is well."""
    waits = await due(conn, None, until=until)
    pools = [
        row["code"]
        for row in await conn.fetch(
            "select code from pools where code <> all($1::text[]) order by 1", waits.pools
        )
    ]
    found: list[asyncpg.Record] = []
    for at in range(0, len(pools), AT_ONCE):
        found += await conn.fetch(
            _DIFFERENCES, pools[at : at + AT_ONCE], FROM_THE_BEGINNING, waits.kept
        )
    found += await conn.fetch(_DIFFERENCES_OF_ALL)
    return found


async def begin_anew(conn: asyncpg.Connection) -> None:
    """Forget what is kept: every pool is due from its beginning, and counted so until that is kept."""
    await conn.execute("delete from book_counts")
    await conn.execute("update book_counts_through set month = $1", FROM_THE_BEGINNING)
    await conn.execute(
        "insert into book_counts_due (pool_code, month) select code, $1 from pools",
        FROM_THE_BEGINNING,
    )

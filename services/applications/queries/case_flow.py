"""How cases flow: what was filed and approved in each month, and how long an approval took.

The list behind a figure stands on the same rows as the figure.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import Action

Counted = Literal["filed", "approved"]

_FILED_ON: Final = "(a.submitted_at at time zone 'Asia/Shanghai')::date"
# What was taken over with its pool was filed and approved elsewhere.
_CASES: Final = f"""
    select a.id, a.number, a.pool_code, a.bank_code, a.borrower_name, a.state, a.amount_fen,
           {_FILED_ON} as filed_on, a.approved_on, a.approved_on - {_FILED_ON} as days
    from applications as a
    where ($1::text[] is null or a.pool_code = any($1))
      and not exists (select from case_moves as m
                      where m.case_id = a.id and m.version = 1 and m.action = '{Action.ANNOUNCE}')
"""
_DAY: Final[dict[Counted, str]] = {"filed": "filed_on", "approved": "approved_on"}


async def months(
    conn: asyncpg.Connection, pools: Sequence[str] | None, *, first: date, last: date
) -> list[asyncpg.Record]:
    """Month by month and in all (month none): cases and money filed and approved, and of those approved
    the days from filing to approval: the median, and what nine of ten did not exceed."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""with cases as ({_CASES}), each as (
                select to_char(day, 'YYYY-MM') as month, is_approval, amount_fen, days
                from cases cross join lateral
                     (values (false, filed_on), (true, approved_on)) as at (is_approval, day)
                where day between $2 and $3
            )
            select month, count(*) filter (where not is_approval) as filed,
                   coalesce(sum(amount_fen) filter (where not is_approval), 0)::bigint
                       as filed_amount_fen,
                   count(*) filter (where is_approval) as approved,
                   coalesce(sum(amount_fen) filter (where is_approval), 0)::bigint
                       as approved_amount_fen,
                   percentile_disc(0.5) within group (order by days)
                       filter (where is_approval) as median_days,
                   percentile_disc(0.9) within group (order by days)
                       filter (where is_approval) as ninth_days
            from each group by grouping sets ((month), ()) order by month""",
        pools,
        first,
        last,
    )
    return rows


async def cases(
    conn: asyncpg.Connection,
    pools: Sequence[str] | None,
    counted: Counted,
    *,
    first: date,
    last: date,
    after: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """The cases behind a figure, the youngest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select * from ({_CASES}) as cases
            where {_DAY[counted]} between $2 and $3 and ($4::uuid is null or id < $4)
            order by id desc limit {int(limit)}""",
        pools,
        first,
        last,
        after,
    )
    return rows

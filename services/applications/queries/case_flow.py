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
# What was taken over with its pool was filed and approved elsewhere: few, with an index of their own.
_TAKEN_OVER: Final = f"""exists (
    select from case_moves as m
    where m.case_id = a.id and m.version = 1 and m.action = '{Action.ANNOUNCE}')"""
# All columns stand in the index by submission, of which alone a long stretch is read.
_FLOW: Final = f"""
    select a.amount_fen, a.approved_on, {_FILED_ON} as filed_on from applications as a
    where ($1::text[] is null or a.pool_code = any($1)) and not {_TAKEN_OVER}
"""
_FROM: Final = "($2::date::timestamp at time zone 'Asia/Shanghai')"
_TO: Final = "(($3::date + 1)::timestamp at time zone 'Asia/Shanghai')"
_CASES: Final = f"""
    select a.id, a.number, a.pool_code, a.bank_code, a.borrower_name, a.state, a.amount_fen,
           {_FILED_ON} as filed_on, a.approved_on, a.approved_on - {_FILED_ON} as days
    from applications as a
    where ($1::text[] is null or a.pool_code = any($1))
      and not {_TAKEN_OVER}
"""
_DAY: Final[dict[Counted, str]] = {"filed": "filed_on", "approved": "approved_on"}


async def months(
    conn: asyncpg.Connection, pools: Sequence[str] | None, *, first: date, last: date
) -> list[asyncpg.Record]:
    """Month by month and in all (month none): cases and money filed and approved, and of those approved
    the days from filing to approval: the median, and what nine of ten did not exceed."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""with each as (
                select date_trunc('month', filed_on) as month, false as is_approval, amount_fen,
                       null::integer as days
                from ({_FLOW} and a.submitted_at >= {_FROM} and a.submitted_at < {_TO}) as filed
                union all
                select date_trunc('month', approved_on), true, amount_fen, approved_on - filed_on
                from ({_FLOW} and a.approved_on between $2 and $3) as approved
            )
            select to_char(month, 'YYYY-MM') as month,
                   count(*) filter (where not is_approval) as filed,
                   coalesce(sum(amount_fen) filter (where not is_approval), 0)::bigint
                       as filed_amount_fen,
                   count(*) filter (where is_approval) as approved,
                   coalesce(sum(amount_fen) filter (where is_approval), 0)::bigint
                       as approved_amount_fen,
                   percentile_disc(0.5) within group (order by days)
                       filter (where is_approval) as median_days,
                   percentile_disc(0.9) within group (order by days)
                       filter (where is_approval) as ninth_days
            from each group by grouping sets ((each.month), ()) order by 1""",
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

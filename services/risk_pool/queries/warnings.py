"""Warnings as they are answered: lists, one with its measures, and how many came and went a month."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import IN_COVER
from services.risk_pool.domain.warning import CONCLUDED, Action
from services.risk_pool.domain.warning_signs import Cause
from shared.postgres.literals import literals


async def find(conn: asyncpg.Connection, warning_id: UUID) -> asyncpg.Record | None:
    """A warning; None where the caller may know of none."""
    return await conn.fetchrow("select * from warnings where id = $1", warning_id)


async def measures(conn: asyncpg.Connection, warning_id: UUID) -> list[asyncpg.Record]:
    """What was agreed about a warning, in order."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select * from warning_measures where warning_id = $1 order by number", warning_id
    )
    return rows


async def pools_with_matured(conn: asyncpg.Connection, today: date) -> list[str]:
    """The pools with loans in cover whose last day has passed, and no warning says so."""
    rows = await conn.fetch(
        f"select distinct pool_code from ({_MATURED}) as late order by pool_code", today
    )
    return [row["pool_code"] for row in rows]


async def matured(conn: asyncpg.Connection, pool_code: str, today: date) -> list[UUID]:
    """The loans of a pool of which that is so."""
    rows = await conn.fetch(f"{_MATURED} and loan.pool_code = $2", today, pool_code)
    return [row["loan_id"] for row in rows]


_MATURED = f"""
    select loan.pool_code, loan.loan_id from coverages as loan
    where loan.state in ({literals(IN_COVER)}) and loan.matures_on < $1
      and not exists (
        select from warnings as kept
        where kept.about = loan.loan_id::text and kept.cause = '{Cause.MATURED}'
          and not kept.by_hand and kept.pool_code = loan.pool_code
          and kept.bank_code = loan.bank_code and kept.seen >= loan.matures_on::text)
"""

_MONTHLY = f"""
    with moved as (
        select to_char(move.at at time zone 'Asia/Shanghai', 'YYYY-MM') as month, warning.cause,
               move.action = '{Action.RAISE}' as is_raised,
               move.action = '{Action.REOPEN}' as is_again,
               move.target in ({literals(CONCLUDED)}) as is_over,
               coalesce(move.source in ({literals(CONCLUDED)}), true) as was_over,
               move.detail ->> 'conclusion' as conclusion
        from case_moves as move join warnings as warning on warning.id = move.case_id
        where move.case_kind = 'warning' and warning.pool_code = $1
          and ($4::text is null or warning.bank_code = $4)
    ), months as (
        select month, cause from unnest($2::text[]) as month, (select distinct cause from moved) as c
    )
    select months.month, months.cause,
           count(*) filter (where moved.month = months.month and is_raised)::int as raised,
           count(*) filter (where moved.month = months.month and is_again)::int as again,
           count(*) filter (where moved.month = months.month and conclusion = $5)::int as risk_gone,
           count(*) filter (where moved.month = months.month and conclusion = $6)::int
               as turned_into_claim,
           (count(*) filter (where moved.month <= months.month and was_over and not is_over)
            - count(*) filter (where moved.month <= months.month and is_over))::int as left_open,
           count(*) filter (where moved.month = before.month and (is_raised or is_again))::int
               as year_before
    from months
    join unnest($2::text[], $3::text[]) as before (of_month, month)
      on before.of_month = months.month
    left join moved on moved.cause = months.cause
    group by months.month, months.cause order by months.month, months.cause
"""


async def monthly(
    conn: asyncpg.Connection,
    pool_code: str,
    *,
    own: str | None,
    months: Sequence[str],
    year_before: Sequence[str],
    conclusions: tuple[str, str],
) -> list[asyncpg.Record]:
    """For each month and cause: raised, raised again, concluded as gone or as a claim, open at its
    end, and raised in the same month of the year before. `own`: the bank that asks."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _MONTHLY, pool_code, list(months), list(year_before), own, *conclusions
    )
    return rows


async def borrower(
    conn: asyncpg.Connection, pool_code: str, bank_code: str, uscc: str
) -> str | None:
    """The name of a borrower that a bank has a loan with in a pool; None where it has none."""
    name: str | None = await conn.fetchval(
        """select borrower_name from coverages
           where pool_code = $1 and bank_code = $2 and borrower_uscc = $3
           order by loan_id desc limit 1""",
        pool_code,
        bank_code,
        uscc,
    )
    return name

"""What must be done by a day and is no state of a case: reports, months, receivables, claims to be
filed, agreements that end. Looked at again and again, so that what is done is not looked at."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain.agreement import State as AgreementState
from services.risk_pool.domain.claim import LEAVES_THE_LOAN_FREE
from services.risk_pool.domain.coverage import IN_COVER
from services.risk_pool.domain.silence import BEST
from shared.months import Month
from shared.postgres.literals import literals

_IN_COVER: Final = f"c.state in ({literals(IN_COVER)})"
_FROM: Final = "greatest(c.disbursed_on, c.approved_on, pool.opened_on)"

# The last month of every bank that has not been seen to be whole, and those that were missing
# before. One loan without its position is enough; who has reported all is not looked at again.
_REPORTS: Final = f"""
    with asked as (
        select distinct c.pool_code, c.bank_code, $2::text as month
        from coverages c join pools pool on pool.code = c.pool_code
        where {_IN_COVER} and to_char({_FROM}, 'YYYY-MM') <= $2 and pool.closed_on is null
          and ($3::text[] is null or c.pool_code = any ($3))
          and ($4::text[] is null or c.bank_code = any ($4))
          and not exists (
              select from waits w
              where w.case_kind = $1 and w.ended = 'met' and w.pool_code = c.pool_code
                and w.bank_code = c.bank_code and w.number = $2)
        union
        select pool_code, bank_code, number from waits
        where case_kind = $1 and ended_at is null
          and ($3::text[] is null or pool_code = any ($3))
          and ($4::text[] is null or bank_code = any ($4))
    )
    select asked.*, pool.programme
    from asked join pools pool on pool.code = asked.pool_code
    where exists (
        select from coverages c
        where c.pool_code = asked.pool_code and c.bank_code = asked.bank_code and {_IN_COVER}
          and to_char({_FROM}, 'YYYY-MM') <= asked.month
          and not exists (
              select from positions p where p.loan_id = c.loan_id and p.month = asked.month))
    order by asked.pool_code, asked.bank_code, asked.month
"""

_MONTHS: Final = """
    select pool.code as pool_code, pool.programme, to_char(began.day, 'YYYY-MM') as month
    from pools pool
    cross join lateral generate_series(
        date_trunc('month', coalesce(pool.closed_until + 1, pool.opened_on)::timestamp),
        $1::date::timestamp, interval '1 month') as began (day)
    where pool.closed_on is null and ($2::text[] is null or pool.code = any ($2))
      and not exists (
          select from settlements s
          -- From the preview on its own waits say who is to do what until the same day.
          where s.pool_code = pool.code and s.month = to_char(began.day, 'YYYY-MM'))
    order by pool.code, month
"""

# What has no report of being overdue can have no term that runs; who has filed needs no term.
_TO_CLAIM: Final = f"""
    select c.loan_id, c.number, c.pool_code, c.bank_code, c.borrower_name, c.programme, c.mode, c.approved_on,
           c.outstanding_fen, c.risk_class, c.overdue_days, c.position_month
    from coverages c
    where {_IN_COVER} and c.position_month is not null
      and ($1::uuid[] is null or c.loan_id = any ($1))
      and (c.overdue_days > 0 or c.risk_class <> '{BEST}')
      and not exists (
          select from claims
          where claims.loan_id = c.loan_id
            and claims.state not in ({literals(LEAVES_THE_LOAN_FREE)}))
    order by c.loan_id
"""

_REPORTED: Final = """
    select loan_id, month, outstanding_principal_fen, overdue_days, risk_class
    from positions where loan_id = any ($1::uuid[]) order by loan_id, month
"""

_ENDING: Final = f"""
    select a.id, a.number, a.pool_code, a.bank_code, a.party_code, a.valid_to, party.role
    from cooperation_agreements a join pools pool on pool.code = a.pool_code
    join parties party on party.pool_code = a.pool_code and party.code = a.party_code
    where a.state = '{AgreementState.IN_FORCE}' and a.valid_to <= $1 and pool.closed_on is null
      and ($2::text[] is null or a.pool_code = any ($2))
      and not exists (
          select from cooperation_agreements later
          where later.pool_code = a.pool_code and later.party_code = a.party_code
            and later.state = '{AgreementState.IN_FORCE}' and later.valid_to > a.valid_to)
    order by a.valid_to, a.id
"""


async def missing_reports(
    conn: asyncpg.Connection,
    kind: str,
    month: Month,
    *,
    pools: Sequence[str] | None,
    banks: Sequence[str] | None,
) -> list[asyncpg.Record]:
    """Banks with a loan in cover at a month's end that has no position: of this month, and of the
    earlier ones that wait. `kind` is what such waits are called. Of these pools and banks, or (None)
    of all, as everywhere below."""
    rows: list[asyncpg.Record] = await conn.fetch(_REPORTS, kind, str(month), pools, banks)
    return rows


async def months_to_begin(
    conn: asyncpg.Connection, last: Month, pools: Sequence[str] | None
) -> list[asyncpg.Record]:
    """Months of living pools up to the last one that nobody has previewed."""
    rows: list[asyncpg.Record] = await conn.fetch(_MONTHS, last.first, pools)
    return rows


async def loans_to_claim(
    conn: asyncpg.Connection, loans: Sequence[UUID] | None
) -> list[asyncpg.Record]:
    """Loans in cover that are reported to be overdue or worse than normal, and have no claim."""
    rows: list[asyncpg.Record] = await conn.fetch(_TO_CLAIM, loans)
    return rows


async def where_they_stand(
    conn: asyncpg.Connection, loans: Sequence[UUID]
) -> tuple[list[str], list[str]]:
    """The pools and the banks of these loans."""
    row = await conn.fetchrow(
        """select coalesce(array_agg(distinct pool_code), '{}') as pools,
                  coalesce(array_agg(distinct bank_code), '{}') as banks
           from coverages where loan_id = any ($1::uuid[])""",
        loans,
    )
    return row["pools"], row["banks"]


async def reported(conn: asyncpg.Connection, loans: list[asyncpg.Record]) -> list[asyncpg.Record]:
    """All positions of these loans, each loan's from the earliest month on."""
    ids = [row["loan_id"] for row in loans]
    rows: list[asyncpg.Record] = await conn.fetch(_REPORTED, ids)
    return rows


async def ending_agreements(
    conn: asyncpg.Connection, until: date, pools: Sequence[str] | None
) -> list[asyncpg.Record]:
    """Agreements in force that end by a day and that no later one follows."""
    rows: list[asyncpg.Record] = await conn.fetch(_ENDING, until, pools)
    return rows

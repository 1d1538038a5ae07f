"""Co-investments as they are read: lists, one, and what funds have committed and paid by month."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

_WITH_ITS_CASE: Final = """
select c.*, a.number as case_number, a.pool_code, a.borrower_uscc, a.borrower_name,
       a.amount_fen as loan_fen
from co_investments as c join applications as a on a.id = c.application_id
"""
_PAGE: Final = f"""
{_WITH_ITS_CASE}
where ($1 = '*' or c.bank_code = $1) and ($2::uuid is null or c.application_id = $2)
  and ($3::text is null or c.investor_uscc = $3) and ($4::text is null or c.state = $4)
  and ($5::date is null or c.committed_on >= $5) and ($6::date is null or c.committed_on <= $6)
  and ($7::date is null or (c.committed_on, c.id) < ($7, $8::uuid))
order by c.committed_on desc, c.id desc limit $9
"""
_TOTALS: Final = """
select to_char(day, 'YYYY-MM') as month, kind,
       sum(is_commitment::int) as commitments,
       coalesce(sum(amount_fen) filter (where is_commitment), 0)::bigint as promised_fen,
       sum(is_payment::int) as payments,
       coalesce(sum(amount_fen) filter (where is_payment), 0)::bigint as invested_fen,
       sum(is_withdrawal::int) as withdrawals,
       coalesce(sum(amount_fen) filter (where is_withdrawal), 0)::bigint as taken_back_fen
from (
    select committed_on as day, kind, bank_code, amount_fen, true as is_commitment,
           false as is_payment, false as is_withdrawal from co_investments
    union all
    select paid_on, kind, bank_code, amount_fen, false, true, false from co_investments
    union all
    select withdrawn_on, kind, bank_code, amount_fen, false, false, true from co_investments
) as told
where ($1 = '*' or bank_code = $1) and day between $2 and $3
group by 1, 2 order by 1, 2
"""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which commitments a list shows; None leaves a column alone."""

    case_id: UUID | None = None
    investor_uscc: str | None = None
    state: str | None = None
    since: date | None = None
    until: date | None = None


async def page(
    conn: asyncpg.Connection, wanted: Wanted, *, institution: str,
    before: tuple[date, UUID] | None, limit: int,
) -> list[asyncpg.Record]:  # fmt: skip
    """Commitments, the youngest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _PAGE, institution, wanted.case_id, wanted.investor_uscc, wanted.state, wanted.since,
        wanted.until, *(before or (None, None)), limit,
    )  # fmt: skip
    return rows


async def one(
    conn: asyncpg.Connection, co_investment_id: UUID, *, institution: str
) -> asyncpg.Record | None:
    """One commitment; None where the caller may know of none."""
    return await conn.fetchrow(
        f"{_WITH_ITS_CASE} where c.id = $1 and ($2 = '*' or c.bank_code = $2)",
        co_investment_id,
        institution,
    )


async def totals(
    conn: asyncpg.Connection, *, institution: str, since: date, until: date
) -> list[asyncpg.Record]:
    """What was committed, paid and withdrawn in a span of time, by month and kind."""
    rows: list[asyncpg.Record] = await conn.fetch(_TOTALS, institution, since, until)
    return rows

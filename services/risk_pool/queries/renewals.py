"""Loans and their renewals in one pool: what both hold together is one debt, counted once.

A loan and its renewal are as much cover as the larger of the two (docs/decisions/0020).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.coverage import COMPENSATED, IN_COVER, TAKES_CAPACITY
from shared.life_cycle import Row
from shared.postgres.literals import literals

# A loan has one live renewal; should news of a second one overtake the end of the first, the larger
# one counts, so that no more is counted once than is there.
_PAIRS: Final = f"""
select new.pool_code, old.loan_id, old.bank_code, old.borrower_uscc, old.reserved_fen + old.covered_fen as rest_fen,
       least(old.reserved_fen + old.covered_fen, max(new.reserved_fen + new.covered_fen)) as once_fen
from coverages as new join coverages as old on old.loan_id = new.renews
where new.pool_code = old.pool_code and new.renews is not null
  and new.state in ({literals(TAKES_CAPACITY)}) and old.state in ({literals(TAKES_CAPACITY)})
"""
_COUNTED_ONCE: Final = f"{_PAIRS} and new.pool_code = $1 group by new.pool_code, old.loan_id"
_BY_POOL: Final = f"""
select pool_code, sum(once_fen)::bigint as fen
from ({_PAIRS} and ($1::text is null or old.bank_code = $1 and new.bank_code = $1)
      group by new.pool_code, old.loan_id) as pair group by pool_code
"""
RENEWED_PART: Final = f"""coalesce((
    select least(old.outstanding_fen, c.outstanding_fen) from coverages as old
    where old.loan_id = c.renews and old.pool_code = c.pool_code
      and old.state in ({literals(IN_COVER)})), 0)"""
"""What of the coverage `c` is one debt with the loan that it renews, while both are in cover."""

_RESTS: Final = f"""
select loan_id, reserved_fen + covered_fen as rest_fen from coverages
where loan_id = any($2::uuid[]) and pool_code = $1 and state in ({literals(TAKES_CAPACITY)})
"""
_ON_A_DAY: Final = """
with held as (
    select new.bank_code, new.renews, c.loan_id,
           (select coalesce(sum(case when t.debit = any($3::text[]) then t.amount_fen else 0 end)
                 - sum(case when t.credit = any($3::text[]) then t.amount_fen else 0 end), 0)
            from transfers as t
            where t.loan_id = c.loan_id and t.pool_code = $1 and t.business_date <= $2) as fen
    from coverages as new join coverages as c on c.loan_id in (new.loan_id, new.renews)
    where new.pool_code = $1 and c.pool_code = $1 and new.renews is not null
), pairs as (
    select bank_code, renews, max(fen) filter (where loan_id = renews) as old_fen,
           max(fen) filter (where loan_id <> renews) as new_fen
    from held group by bank_code, renews
)
select bank_code, sum(least(old_fen, new_fen))::bigint as fen from pairs
where old_fen is not null group by bank_code
"""


async def counted_once(conn: asyncpg.Connection, pool_code: str) -> Sequence[asyncpg.Record]:
    """Of each loan that is held or covered beside its renewal: what of the two is one debt."""
    rows: list[asyncpg.Record] = await conn.fetch(_COUNTED_ONCE, pool_code)
    return rows


async def counted_once_by_pool(
    conn: asyncpg.Connection, *, bank_code: str | None = None
) -> Mapping[str, int]:
    """Pool → what of its loans and their renewals is counted once, now; of one bank where it is named."""
    rows = await conn.fetch(_BY_POOL, bank_code)
    return {row["pool_code"]: row["fen"] for row in rows}


async def rests(
    conn: asyncpg.Connection, pool_code: str, loan_ids: Collection[UUID], once: Sequence[Row]
) -> dict[UUID, int]:
    """What is held or covered of loans that are to be renewed, without what is one debt with another
    renewal already (`once`)."""
    if not loan_ids:
        return {}
    taken = {one["loan_id"]: one["once_fen"] for one in once}
    rows = await conn.fetch(_RESTS, pool_code, list(loan_ids))
    return {row["loan_id"]: row["rest_fen"] - taken.get(row["loan_id"], 0) for row in rows}


async def counted_once_by_bank(
    conn: asyncpg.Connection, pool_code: str, *, as_of: date | None = None
) -> Mapping[str, int]:
    """Bank → what its loans and their renewals hold together and is counted once; `as_of` by what was
    booked up to that day, None: now."""
    by_bank: dict[str, int] = {}
    if as_of is None:
        for one in await counted_once(conn, pool_code):
            by_bank[one["bank_code"]] = by_bank.get(one["bank_code"], 0) + one["once_fen"]
        return by_bank
    banks = await conn.fetch("select code from parties where pool_code = $1", pool_code)
    held = [
        account(one["code"])
        for one in banks
        for account in (accounts.covered_of, accounts.reserved_for)
    ]
    rows = await conn.fetch(_ON_A_DAY, pool_code, as_of, held)
    return {row["bank_code"]: row["fen"] for row in rows}


async def paid_out_renewals(
    conn: asyncpg.Connection, loan_ids: Sequence[UUID]
) -> Mapping[UUID, asyncpg.Record]:
    """Of these loans, those whose renewal is paid out and in cover: its number and since when."""
    rows = await conn.fetch(
        f"""select distinct on (renews) renews, number, disbursed_on from coverages
            where renews = any($1::uuid[]) and state in ({literals(IN_COVER)})
            order by renews, disbursed_on""",
        list(loan_ids),
    )
    return {row["renews"]: row for row in rows}


async def chain_of(conn: asyncpg.Connection, loan: Row) -> tuple[str, str]:
    """The number of the renewal of a covered loan that is paid out or was compensated, and that of
    the loan which it renews itself, where that is still in cover or was compensated; else ""."""
    row = await conn.fetchrow(
        f"""select
            coalesce((select min(number) from coverages
             where renews = $1 and state in ({literals((*IN_COVER, *COMPENSATED))})), '') as renewed_by,
            coalesce((select number from coverages
             where loan_id = $2 and state in ({literals((*IN_COVER, *COMPENSATED))})), '') as renews""",
        loan["loan_id"],
        loan["renews"],
    )
    return row["renewed_by"], row["renews"]

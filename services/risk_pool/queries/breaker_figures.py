"""What breakers are looked at by: which months are whole, and how bad a bank's loans stand."""

import asyncpg

from services.risk_pool.domain.breakers import State
from services.risk_pool.domain.coverage import IN_COVER
from shared.postgres.literals import literals
from shared.risk_classes import NON_PERFORMING

# A literal, so that the index over what is in cover is used.
_IS_IN_COVER = f"c.state in ({literals(IN_COVER)})"

_NEXT_REPORTED = """
    select min(month) from positions where pool_code = $1 and bank_code = $2 and month > $3
"""
# Asked after every batch, so it must not look at all loans: the youngest that lacks its position
# is found at once as long as banks report the older ones first.
_ONE_MISSING = f"""
    select c.loan_id from coverages c
    where c.pool_code = $1 and c.bank_code = $2 and {_IS_IN_COVER}
      and to_char(c.disbursed_on, 'YYYY-MM') <= $3
      and not exists (select from positions p where p.loan_id = c.loan_id and p.month = $3)
    order by c.loan_id desc limit 1
"""
_PAID_OUT_BY = f"""
    select exists (select from coverages c
                   where c.pool_code = $1 and c.bank_code = $2 and {_IS_IN_COVER}
                     and to_char(c.disbursed_on, 'YYYY-MM') <= $3)
"""
_BAD_AND_COVERED = f"""
    select coalesce(sum(p.covered_principal_fen), 0)::bigint as covered_fen,
           coalesce(sum(p.covered_principal_fen)
                    filter (where p.risk_class = any($4::text[])), 0)::bigint as bad_fen
    from positions p join coverages c using (loan_id)
    where c.pool_code = $1 and c.bank_code = $2 and p.month = $3 and {_IS_IN_COVER}
"""
_ANY_IN_COVER = f"""
    select exists (select from coverages c
                   where c.pool_code = $1 and c.bank_code = $2 and {_IS_IN_COVER})
"""
_TRIPPED_AND_IDLE = f"""
    select pool_code, bank_code from breakers b
    where bank_code <> '' and state <> $1 and month is not null
      and not exists (select from coverages c
                      where c.pool_code = b.pool_code and c.bank_code = b.bank_code
                        and {_IS_IN_COVER})
    order by pool_code, bank_code
"""


async def whole_months(
    conn: asyncpg.Connection, pool_code: str, bank: str, *, after: str | None
) -> list[str]:
    """Months later than the last look for which no loan in cover lacks its position."""
    whole = []
    month: str | None = after or ""
    while month := await conn.fetchval(_NEXT_REPORTED, pool_code, bank, month):
        missing = await conn.fetchval(_ONE_MISSING, pool_code, bank, month)
        if missing is None and await conn.fetchval(_PAID_OUT_BY, pool_code, bank, month):
            whole.append(month)
    return whole


async def bad_and_covered_fen(
    conn: asyncpg.Connection, pool_code: str, bank: str, month: str
) -> tuple[int, int]:
    """A bank's covered principal of a month's end: what of it is bad (次级及以下), and all."""
    row = await conn.fetchrow(_BAD_AND_COVERED, pool_code, bank, month, list(NON_PERFORMING))
    return row["bad_fen"], row["covered_fen"]


async def any_in_cover(conn: asyncpg.Connection, pool_code: str, bank: str) -> bool:
    """Whether the bank has a loan in cover."""
    return bool(await conn.fetchval(_ANY_IN_COVER, pool_code, bank))


async def tripped_and_idle(conn: asyncpg.Connection) -> list[tuple[str, str]]:
    """(pool, bank) of the banks that are warned or suspended and have no loan in cover."""
    rows = await conn.fetch(_TRIPPED_AND_IDLE, State.NORMAL)
    return [(row["pool_code"], row["bank_code"]) for row in rows]

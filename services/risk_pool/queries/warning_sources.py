"""Loans in cover by pool and firm, for warnings, and which lists their firms stand on."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import IN_COVER
from shared.postgres.literals import literals

_OF_FIRMS: Final = f"""
select loan.loan_id, loan.pool_code from coverages as loan
where (loan.bank_code, loan.borrower_uscc) in (select * from unnest($1::text[], $2::text[]))
  and loan.state in ({literals(IN_COVER)})
"""
_LISTED: Final = """
select loan.loan_id, entry.list_name, entry.listed_on, entry.list_date, entry.source
from coverages as loan
join listed_firms as entry
    on entry.bank_code = loan.bank_code and entry.borrower_uscc = loan.borrower_uscc
where loan.loan_id = any($1::uuid[]) and entry.ended_on is null
order by loan.loan_id, entry.list_date, entry.entry_id
"""


async def in_cover_of_firms(
    conn: asyncpg.Connection, banks: Sequence[str], firms: Sequence[str]
) -> list[asyncpg.Record]:
    """The loans in cover of firms, each at its bank: `banks` and `firms` go together."""
    rows: list[asyncpg.Record] = await conn.fetch(_OF_FIRMS, banks, firms)
    return rows


async def in_cover(conn: asyncpg.Connection, pool_code: str) -> list[UUID]:
    """The loans of a pool that it stands for."""
    rows = await conn.fetch(
        f"select loan_id from coverages where pool_code = $1 and state in ({literals(IN_COVER)})",
        pool_code,
    )
    return [row["loan_id"] for row in rows]


async def listed(conn: asyncpg.Connection, loan_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """The entries that stand of the firms of loans."""
    rows: list[asyncpg.Record] = await conn.fetch(_LISTED, loan_ids)
    return rows


async def pools_not_looked_at(conn: asyncpg.Connection) -> list[str]:
    """Pools whose loans nobody has looked back at for warnings."""
    rows = await conn.fetch(
        """select code from pools
           where not exists (select from warning_looks as look where look.pool_code = pools.code)
           order by code"""
    )
    return [row["code"] for row in rows]

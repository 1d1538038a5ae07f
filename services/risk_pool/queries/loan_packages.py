"""Loan packages as they are read, and the loans that one is chosen from. A bank finds its own."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import IN_COVER
from services.risk_pool.domain.loan_package import MOST_LOANS, ChosenLoan, Filter
from shared.postgres.conditions import conditions
from shared.postgres.literals import literals

_KIND: Final = """coalesce(c.attributes->>'ip_kind',
                           case when c.is_multi_ip_type then 'several' else '' end)"""
_FITS: Final = f"""
from coverages as c
where c.pool_code = $1 and c.state in ({literals(IN_COVER)}) and c.outstanding_fen > 0
  and ($2 = '' or c.bank_code = $2) and ($3 = '' or c.mode = $3) and ($4 = '' or {_KIND} = $4)
  and ($5::bigint is null or c.outstanding_fen >= $5)
  and ($6::bigint is null or c.outstanding_fen <= $6)
  and ($7::date is null or c.matures_on >= $7) and ($8::date is null or c.matures_on <= $8)
  and (not $9 or c.overdue_days = 0)
"""
_FREE: Final = "not exists (select from packaged_loans as p where p.loan_id = c.loan_id)"
_CHOSEN: Final = f"""
select c.loan_id, c.number, coalesce(c.loan_no, '') as loan_no, c.bank_code, c.mode,
       c.borrower_uscc, c.borrower_name, {_KIND} as ip_kind,
       c.disbursed_fen as contract_fen, c.outstanding_fen as balance_fen, c.covered_fen,
       c.annual_rate_bp, c.disbursed_on, c.matures_on,
       greatest(c.matures_on - $10::date, 0) as rest_days, c.overdue_days,
       coalesce(c.risk_class, '') as risk_class, coalesce(c.position_month, '') as position_month
{_FITS} and {_FREE}
order by c.number limit {MOST_LOANS + 1}
"""
_TAKEN: Final = f"select count(*) {_FITS} and not ({_FREE})"
_LOANS: Final = """
select r.row_no, r.loan_id, r.facts, r.balance_fen, r.overdue_days as frozen_overdue_days,
       c.state, c.outstanding_fen, c.overdue_days, c.released_on, c.release_reason,
       coalesce(c.risk_class, '') as risk_class
from loan_package_rows as r join coverages as c on c.loan_id = r.loan_id
where r.package_id = $1 and r.row_no > $2 order by r.row_no limit $3
"""


def _asked(pool_code: str, wanted: Filter) -> tuple[Any, ...]:
    return (
        pool_code, wanted.bank_code, wanted.mode, wanted.ip_kind, wanted.balance_from_fen,
        wanted.balance_to_fen, wanted.matures_from, wanted.matures_to, wanted.not_overdue,
    )  # fmt: skip


async def choose(
    conn: asyncpg.Connection, pool_code: str, wanted: Filter, *, day: date
) -> tuple[list[ChosenLoan], int]:
    """The loans in cover that fit and are free, and how many fit but are in a live package."""
    asked = _asked(pool_code, wanted)
    rows = await conn.fetch(_CHOSEN, *asked, day)
    taken: int = await conn.fetchval(_TAKEN, *asked)
    return [ChosenLoan(**dict(row)) for row in rows], taken


async def find(
    conn: asyncpg.Connection, package_id: UUID, *, institution: str
) -> asyncpg.Record | None:
    """A package; None where the caller may know of none."""
    return await conn.fetchrow(
        "select * from loan_packages where id = $1 and ($2 = '*' or bank_code = $2)",
        package_id,
        institution,
    )


async def page(
    conn: asyncpg.Connection, *, institution: str, pool: str | None, bank: str | None,
    state: str | None, before: UUID | None, limit: int,
) -> list[asyncpg.Record]:  # fmt: skip
    """Packages, the youngest first."""
    where, arguments = conditions(
        {
            "({0} = '*' or bank_code = {0})": institution,
            "pool_code = {}": pool,
            "bank_code = {}": bank,
            "state = {}": state,
            "id < {}": before,
        }
    )
    rows: list[asyncpg.Record] = await conn.fetch(
        f"select * from loan_packages where {where} order by id desc limit {int(limit)}",
        *arguments,
    )
    return rows


async def loans(
    conn: asyncpg.Connection, package_id: UUID, *, after: int = 0, limit: int = MOST_LOANS
) -> list[Mapping[str, Any]]:
    """The loans of a package as they were frozen, each beside where it stands now."""
    rows: list[Mapping[str, Any]] = await conn.fetch(_LOANS, package_id, after, limit)
    return rows

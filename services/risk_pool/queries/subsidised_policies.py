"""Policies that a subsidy of a premium may be paid for. A bank sees its own."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain.subsidised_premium import Policy
from services.risk_pool.domain.subsidy import COUNTS, Filed
from shared.life_cycle import Row
from shared.postgres.literals import literals

_COLUMNS: Final = ", ".join(f"policy.{one.name}" for one in fields(Policy))
_MOST: Final = 200

_OF_LOAN: Final = f"""
select {_COLUMNS} from insurance_policies as policy
where policy.bank_code in ($4, '') and (policy.policy_id = $3 or (
    policy.borrower_uscc = $2 and (policy.loan_id = $1 or policy.loan_id is null)))
order by policy.policy_id = $3 desc nulls last, policy.begins_on desc limit {_MOST}
"""
_USED: Final = f"""
select coalesce(sum(fee_fen), 0)::bigint from subsidies
where pool_code = $1 and policy_id = $2 and code = $3 and state in ({literals(COUNTS)})
"""
_PAGE: Final = f"""
select {_COLUMNS}, policy.kind,
       coalesce(loan.number, '') as loan_number, coalesce(loan.borrower_name, '') as borrower_name
from insurance_policies as policy
left join coverages as loan on loan.loan_id = policy.loan_id
where ($1 = '*' or policy.bank_code = $1)
  and ($2::uuid is null or policy.loan_id = $2 or (policy.loan_id is null and policy.borrower_uscc = (
      select borrower_uscc from coverages where loan_id = $2)))
  and ($3::uuid is null or policy.policy_id < $3)
order by policy.policy_id desc limit $4
"""
_OF_SUBSIDY: Final = f"""
select {_COLUMNS}, policy.kind from insurance_policies as policy where policy.policy_id = $1
"""


async def of_loan(conn: asyncpg.Connection, loan: Row, named: UUID | None) -> list[Policy]:
    """The policies of a loan and of its firm without a loan, and the one that is named."""
    rows = await conn.fetch(
        _OF_LOAN, loan["loan_id"], loan["borrower_uscc"], named, loan["bank_code"]
    )
    return [Policy(**dict(row)) for row in rows]


async def used_fen(conn: asyncpg.Connection, pool_code: str, filed: Filed) -> int:
    """What live subsidies of this kind in the pool count on of the named policy's premium."""
    total: int = await conn.fetchval(_USED, pool_code, filed.policy_id, filed.code)
    return total


async def page(
    conn: asyncpg.Connection, *, institution: str, loan_id: UUID | None, before: UUID | None, limit: int
) -> Sequence[asyncpg.Record]:  # fmt: skip
    """Policies, the last recorded first; of one loan with those of its firm."""
    rows: list[asyncpg.Record] = await conn.fetch(_PAGE, institution, loan_id, before, limit)
    return rows


async def of_subsidy(conn: asyncpg.Connection, subsidy: Row) -> asyncpg.Record | None:
    """The policy that a subsidy was filed for, as it stands now."""
    if subsidy["policy_id"] is None:
        return None
    return await conn.fetchrow(_OF_SUBSIDY, subsidy["policy_id"])

"""Transfers and explanations as they are read."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.postgres.grids import Grid, Sortable

TRANSFERS: Final = Grid(
    rows="transfers",
    columns="""pool_code, seq, reference, kind, debit, credit, amount_fen, business_date, booked_at,
        loan_id, explanation_id, encode(hash, 'hex') as hash""",
    # Of one pool, always: see `of_pool`.
    key=(Sortable("seq", int),),
    sorts={"business_date": Sortable("business_date", date), "seq": Sortable("seq", int)},
    sums={"amount": "amount_fen"},
)
"""The transfers of a pool, the newest first. Not by amount: every booking would pay for that order."""


def of_account(account: str | None) -> Mapping[str, Any]:
    """Transfers that debit or credit it."""
    return {"(debit = {} or credit = {})": (account, account) if account else None}


async def find_transfer(
    conn: asyncpg.Connection, pool_code: str, seq: int
) -> asyncpg.Record | None:
    """A transfer with the hash of the one before it and its loan's number; None: there is none."""
    if not 0 < seq < 2**63:
        return None
    return await conn.fetchrow(
        """select t.seq, t.reference, t.kind, t.debit, t.credit, t.amount_fen,
                  t.business_date, t.booked_at, t.loan_id, t.explanation_id,
                  encode(t.hash, 'hex') as hash,
                  -- Looked up: as a join the whole pool would be hashed.
                  coalesce((select encode(b.hash, 'hex') from transfers b
                            where b.pool_code = $1 and b.seq = $2::bigint - 1),
                           repeat('00', 32)) as previous_hash,
                  (select c.number from coverages c where c.loan_id = t.loan_id) as loan_number
           from transfers t
           where t.pool_code = $1 and t.seq = $2""",
        pool_code,
        seq,
    )


async def find_explanation(
    conn: asyncpg.Connection, pool_code: str, explanation_id: UUID | None
) -> asyncpg.Record | None:
    """Why a decision came out as it did, and who took it."""
    return await conn.fetchrow(
        """select id, kind, explanation, people, stored_at from explanations
           where pool_code = $1 and id = $2""",
        pool_code,
        explanation_id,
    )

"""Transfers and explanations as they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFilter:
    """Which transfers of a pool are wanted; None: whichever."""

    account: str | None = None
    """Debited or credited."""
    reference: str | None = None
    """The beginning of the reference."""
    kind: str | None = None
    loan_id: UUID | None = None
    from_day: date | None = None
    to_day: date | None = None


async def list_transfers(
    conn: asyncpg.Connection,
    pool_code: str,
    wanted: TransferFilter,
    *,
    before: int | None,
    limit: int,
) -> Sequence[asyncpg.Record]:
    """Transfers, newest first, from below the number `before` on."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        """select seq, reference, kind, debit, credit, amount_fen, business_date, booked_at,
                  loan_id, explanation_id, encode(hash, 'hex') as hash
           from transfers
           where pool_code = $1 and ($2::bigint is null or seq < $2)
             and ($3::text is null or debit = $3 or credit = $3)
             and ($4::text is null or starts_with(reference, $4))
             and ($5::text is null or kind = $5) and ($6::uuid is null or loan_id = $6)
             and ($7::date is null or business_date >= $7)
             and ($8::date is null or business_date <= $8)
           order by seq desc limit $9""",
        pool_code,
        before,
        wanted.account,
        wanted.reference,
        wanted.kind,
        wanted.loan_id,
        wanted.from_day,
        wanted.to_day,
        limit,
    )
    return rows


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

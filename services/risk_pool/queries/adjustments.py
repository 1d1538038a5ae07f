"""Adjustments as they are answered, and what they read of what is booked."""

from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.adjustment import OPEN, SEEN_BY_BANKS
from services.risk_pool.domain.claim import Action as ClaimAction
from services.risk_pool.domain.compensation import PartyPayment, payment_of
from services.risk_pool.domain.ledger import Transfer, reversed_kind
from services.risk_pool.domain.month_figures import (
    CLAIM_ADJUSTED,
    CLAIM_APPROVED,
    CLAIM_SHARED,
    DISPUTE_UPHELD,
    ESCROW_ADDED,
    ESCROW_EARMARKED,
    ESCROW_HELD,
    ESCROW_PAID,
    ESCROW_RELEASED,
    RECOVERY_ADJUSTED,
    RECOVERY_BOOKED,
    UNPAID_ADJUSTED,
)
from services.risk_pool.queries import claims
from shared.postgres.conditions import conditions
from shared.postgres.literals import literals

_APPROVAL = frozenset({ClaimAction.APPROVE})


async def find(conn: asyncpg.Connection, adjustment_id: UUID) -> asyncpg.Record | None:
    """An adjustment; None where the caller may know of none."""
    return await conn.fetchrow("select * from adjustments where id = $1", adjustment_id)


async def page(
    conn: asyncpg.Connection,
    *,
    pool: str | None,
    state: str | None,
    claim_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Adjustments, the newest first."""
    where, arguments = conditions(
        {
            "pool_code = {}": pool,
            "state = {}": state,
            "claim_id = {}": claim_id,
            "id < {}": before,
        }
    )
    rows: list[asyncpg.Record] = await conn.fetch(
        f"select * from adjustments where {where} order by id desc limit {int(limit)}", *arguments
    )
    return rows


async def open_of(conn: asyncpg.Connection, claim_id: UUID) -> str | None:
    """The number of the claim's adjustment that waits for its decision."""
    number: str | None = await conn.fetchval(
        f"select number from adjustments where claim_id = $1 and state in ({literals(OPEN)})",
        claim_id,
    )
    return number


async def of_claim(conn: asyncpg.Connection, claim_id: UUID) -> list[dict[str, Any]]:
    """The adjustments of a claim, the first one first."""
    rows = await conn.fetch(
        "select id, number, kind, state from adjustments where claim_id = $1 order by id", claim_id
    )
    return [dict(row) for row in rows]


async def late_fen(conn: asyncpg.Connection, claim_id: UUID) -> int:
    """Money from before the approval that decided adjustments have counted."""
    fen: int = await conn.fetchval(
        f"""select coalesce(sum(amount_fen), 0)::bigint from adjustments
            where claim_id = $1 and state in ({literals(SEEN_BY_BANKS)})""",
        claim_id,
    )
    return fen


async def payments_now(conn: asyncpg.Connection, claim_id: UUID) -> list[PartyPayment]:
    """Who pays whom of a claim: as it was approved, or as the last late money left it."""
    effect: dict[str, Any] | None = await conn.fetchval(
        f"""select effect from adjustments
            where claim_id = $1 and amount_fen is not null and state in ({literals(SEEN_BY_BANKS)})
            order by id desc limit 1""",
        claim_id,
    )
    if effect is None:
        return await claims.payments(conn, claim_id)
    return [payment_of(one) for one in effect["payments"]]


async def decided_by(conn: asyncpg.Connection, claim_id: UUID) -> dict[str, Any] | None:
    """What was kept of the claim's approval: the trial, and what the caps had counted."""
    detail: dict[str, Any] | None = await conn.fetchval(
        f"""select detail from case_moves where case_id = $1 and action in ({literals(_APPROVAL)})
            order by version desc limit 1""",
        claim_id,
    )
    return detail


async def booked_of_loan(conn: asyncpg.Connection, pool_code: str, loan_id: UUID) -> list[Transfer]:
    """What the approved claim of a loan and its recoveries have booked, in order."""
    rows = await conn.fetch(
        """select reference, debit, credit, amount_fen, business_date, kind, explanation_id, loan_id
           from transfers where loan_id = $2 and pool_code = $1 and kind = any($3::text[])
           order by seq""",
        pool_code,
        loan_id,
        [
            CLAIM_APPROVED,
            CLAIM_SHARED,
            RECOVERY_BOOKED,
            CLAIM_ADJUSTED,
            UNPAID_ADJUSTED,
            RECOVERY_ADJUSTED,
            ESCROW_EARMARKED,
            ESCROW_HELD,
            reversed_kind(ESCROW_HELD),
            ESCROW_PAID,
            ESCROW_RELEASED,
            ESCROW_ADDED,
            DISPUTE_UPHELD,
        ],
    )
    return [Transfer(**row) for row in rows]

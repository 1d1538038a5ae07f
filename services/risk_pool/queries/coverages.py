"""Coverages and incidents as they are read: lists by key, and one coverage with all about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.risk_pool.tables.rows.coverages import IncidentRow
from shared.transitions import history_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCoverage:
    """A coverage with its explanation, its moves and its positions, as far as one may see them."""

    coverage: asyncpg.Record
    explanation: dict[str, Any] | None
    history: list[asyncpg.Record]
    positions: list[asyncpg.Record]


async def find_coverage(conn: asyncpg.Connection, loan_id: UUID) -> WholeCoverage | None:
    """Everything about a loan's coverage; None where there is none."""
    coverage = await conn.fetchrow("select * from coverages where loan_id = $1", loan_id)
    if coverage is None:
        return None
    return WholeCoverage(
        coverage=coverage,
        explanation=await conn.fetchval(
            "select explanation from explanations where id = $1", coverage["explanation_id"]
        ),
        history=await history_of(conn, loan_id),
        positions=await conn.fetch(
            """select month, version, outstanding_principal_fen, covered_principal_fen,
                      overdue_days, interest_arrears_fen, penalty_interest_fen, risk_class,
                      reported_on
               from positions where loan_id = $1 order by month""",
            loan_id,
        ),
    )


async def list_incidents(
    session: AsyncSession,
    *,
    pool: str | None,
    kind: str | None,
    loan_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> Sequence[IncidentRow]:
    """Late and contradicting facts, newest first."""
    query = select(IncidentRow).order_by(col(IncidentRow.id).desc()).limit(limit)
    if pool is not None:
        query = query.where(IncidentRow.pool_code == pool)
    if kind is not None:
        query = query.where(IncidentRow.kind == kind)
    if loan_id is not None:
        query = query.where(IncidentRow.loan_id == loan_id)
    if before is not None:
        query = query.where(col(IncidentRow.id) < before)
    return (await session.exec(query)).all()

"""Coverages and incidents as they are read: lists by key, and one coverage with all about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.risk_pool.tables.rows.coverages import CoverageRow, IncidentRow
from shared import canonical
from shared.transitions import history_of


async def list_coverages(
    session: AsyncSession,
    *,
    pool: str | None,
    bank: str | None,
    state: str | None,
    text: str | None,
    before: UUID | None,
    limit: int,
) -> Sequence[CoverageRow]:
    """Coverages, newest case first. `text` is a number, a USCC or part of a name, in any spelling."""
    query = select(CoverageRow).order_by(col(CoverageRow.loan_id).desc()).limit(limit)
    for column, wanted in (
        (CoverageRow.pool_code, pool),
        (CoverageRow.bank_code, bank),
        (CoverageRow.state, state),
    ):
        if wanted is not None:
            query = query.where(col(column) == wanted)
    if text and (words := canonical.plain(text)):
        query = query.where(
            or_(
                col(CoverageRow.number) == words,
                col(CoverageRow.borrower_uscc) == canonical.compact(words),
                col(CoverageRow.borrower_name_canonical).contains(words, autoescape=True),
            )
        )
    if before is not None:
        query = query.where(col(CoverageRow.loan_id) < before)
    return (await session.exec(query)).all()


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

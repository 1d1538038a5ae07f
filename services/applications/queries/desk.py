"""The desk to read: who works here, who is away, who keeps out of a case, who looked at it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.tables.desk import STANDING
from services.applications.tables.desk_rows import (
    AbsenceRow,
    CaseLookRow,
    CasePriorityRow,
    ConditionRow,
    ConflictRow,
    OpinionTemplateRow,
    StaffRow,
)
from services.applications.tables.rows import ApplicationRow

_OF_CASE: Final = text(
    f"select {STANDING.format(today='cast(:today as date)')} from applications as a where id = :id"
)


async def standing(session: AsyncSession, case_id: UUID, *, today: date) -> Mapping[str, Any]:
    """What the guards of a case read beside its columns."""
    found = await (await session.connection()).execute(_OF_CASE, {"id": case_id, "today": today})
    return dict(found.mappings().one())


async def staff(session: AsyncSession) -> Sequence[StaffRow]:
    """Everybody of the bureau who was seen here, by name."""
    query = select(StaffRow).order_by(col(StaffRow.name), col(StaffRow.subject))
    return (await session.exec(query)).all()


async def absences(session: AsyncSession, *, today: date) -> Sequence[AbsenceRow]:
    """Those of today and of days to come, the first ones first."""
    row = AbsenceRow
    query = select(row).where(
        col(row.to_day) >= today, or_(col(row.ended_on).is_(None), col(row.ended_on) > today)
    )
    return (await session.exec(query.order_by(col(row.from_day), col(row.id)))).all()


async def conflicts(
    session: AsyncSession, *, of_case: ApplicationRow | None
) -> Sequence[ConflictRow]:
    """Who keeps out of a case, or of anything; also those that were lifted, the last first."""
    row = ConflictRow
    query = select(row).order_by(col(row.id).desc()).limit(500)
    if of_case is not None:
        query = query.where(
            or_(
                col(row.application_id) == of_case.id,
                col(row.borrower_uscc) == of_case.borrower_uscc,
            )
        )
    return (await session.exec(query)).all()


async def looks(session: AsyncSession, case_id: UUID) -> Sequence[CaseLookRow]:
    """Who of the bureau looked at a case, the last ones first."""
    query = select(CaseLookRow).where(col(CaseLookRow.application_id) == case_id)
    return (await session.exec(query.order_by(col(CaseLookRow.id).desc()).limit(500))).all()


async def priorities(session: AsyncSession, case_id: UUID) -> Sequence[CasePriorityRow]:
    """How urgent a case was said to be, the last word first."""
    query = select(CasePriorityRow).where(col(CasePriorityRow.application_id) == case_id)
    return (await session.exec(query.order_by(col(CasePriorityRow.id).desc()))).all()


async def conditions(session: AsyncSession, case_id: UUID) -> Sequence[ConditionRow]:
    """What is to be met before a loan is paid out, without those of earlier opinions."""
    row = ConditionRow
    query = select(row).where(col(row.application_id) == case_id, col(row.dropped_at).is_(None))
    return (await session.exec(query.order_by(col(row.condition_no)))).all()


async def opinion_templates(
    session: AsyncSession, *, pool_code: str | None
) -> Sequence[OpinionTemplateRow]:
    """What is offered: all of it, or that of a pool with what is for all pools."""
    row = OpinionTemplateRow
    query = select(row).where(col(row.removed_at).is_(None))
    if pool_code is not None:
        query = query.where(col(row.pool_code).in_(["", pool_code]))
    query = query.order_by(col(row.pool_code), col(row.step), col(row.title), col(row.id))
    return (await session.exec(query)).all()

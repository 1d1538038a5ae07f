"""Surveys that were brought in."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.tables.demand_rows import SurveyImportRow
from shared.refusals import NotFound


async def imports(
    session: AsyncSession, *, after: UUID | None, limit: int
) -> Sequence[SurveyImportRow]:
    """What was brought in, the last first, below the id `after`."""
    query = select(SurveyImportRow).order_by(col(SurveyImportRow.id).desc()).limit(limit)
    if after is not None:
        query = query.where(col(SurveyImportRow.id) < after)
    return (await session.exec(query)).all()


async def one(session: AsyncSession, import_id: UUID) -> SurveyImportRow:
    """One of them. Raises NotFound."""
    row = await session.get(SurveyImportRow, import_id)
    if row is None:
        raise NotFound("没有这次导入", "There is no such import.")
    return row


async def kept(conn: asyncpg.Connection, import_id: UUID) -> asyncpg.Record:
    """What a transaction has just brought in."""
    return await conn.fetchrow("select * from survey_imports where id = $1", import_id)

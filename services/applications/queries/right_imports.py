"""Lists of rights that were brought in."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.tables.right_rows import RightImportRow
from shared.refusals import NotFound


async def imports(
    session: AsyncSession, *, after: UUID | None, limit: int
) -> Sequence[RightImportRow]:
    """What was brought in, the last first, below the id `after`."""
    query = select(RightImportRow).order_by(col(RightImportRow.id).desc()).limit(limit)
    if after is not None:
        query = query.where(col(RightImportRow.id) < after)
    return (await session.exec(query)).all()


async def one(session: AsyncSession, import_id: UUID) -> RightImportRow:
    """One of them. Raises NotFound."""
    row = await session.get(RightImportRow, import_id)
    if row is None:
        raise NotFound("没有这次导入", "There is no such import.")
    return row


async def kept(conn: asyncpg.Connection, import_id: UUID) -> asyncpg.Record:
    """What a transaction has just brought in."""
    return await conn.fetchrow("select * from right_imports where id = $1", import_id)

"""Lists of dishonest or abnormal firms that were brought in; for the bureau alone."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.tables.listed_rows import ListImportRow
from shared.refusals import NotFound


async def imports(
    session: AsyncSession, *, after: UUID | None, limit: int
) -> Sequence[ListImportRow]:
    """What was brought in, the last first, below the id `after`."""
    query = select(ListImportRow).order_by(col(ListImportRow.id).desc()).limit(limit)
    if after is not None:
        query = query.where(col(ListImportRow.id) < after)
    return (await session.exec(query)).all()


async def one(session: AsyncSession, import_id: UUID) -> ListImportRow:
    """One of them. Raises NotFound."""
    row = await session.get(ListImportRow, import_id)
    if row is None:
        raise NotFound("没有这次导入", "There is no such import.")
    return row


async def kept(conn: asyncpg.Connection, import_id: UUID) -> ListImportRow:
    """What a transaction has just brought in."""
    row = await conn.fetchrow("select * from list_imports where id = $1", import_id)
    return ListImportRow(**dict(row))

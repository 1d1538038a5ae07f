"""Files of many rows to read: one, those of before, and what became of their rows."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import BigInteger, cast
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.tables.bulk_rows import BulkFileRow, BulkRowRow
from shared.refusals import NotFound
from shared.sheets.verdicts import Outcome


async def bulk_file(session: AsyncSession, file_id: UUID) -> BulkFileRow:
    """A file. Raises NotFound, also where it is another bank's."""
    row = await session.get(BulkFileRow, file_id)
    if row is None:
        raise NotFound("没有这个文件", "There is no such file.")
    return row


async def bulk_files(
    session: AsyncSession, *, before: UUID | None, limit: int
) -> Sequence[BulkFileRow]:
    """Files, the last one first."""
    query = select(BulkFileRow).order_by(col(BulkFileRow.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(BulkFileRow.id) < before)
    return (await session.exec(query)).all()


async def rows_of(
    session: AsyncSession, file_id: UUID, *, outcome: Outcome | None, after: int, limit: int
) -> Sequence[BulkRowRow]:
    """Rows of a file with what became of them, in order, behind a line."""
    query = select(BulkRowRow).where(
        col(BulkRowRow.file_id) == file_id, col(BulkRowRow.line) > cast(after, BigInteger)
    )
    if outcome is not None:
        query = query.where(col(BulkRowRow.outcome) == outcome.value)
    return (await session.exec(query.order_by(col(BulkRowRow.line)).limit(limit))).all()

"""Stored papers to read: one, who looked at it, what was noted on it, where it is used."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.tables.paper_rows import (
    DocumentLookRow,
    DocumentNoteRow,
    StoredDocumentRow,
)
from shared.refusals import NotFound


async def stored(session: AsyncSession, document_id: UUID) -> StoredDocumentRow:
    """A paper that is there. Raises NotFound, also where it is another institution's."""
    row = await session.get(StoredDocumentRow, document_id)
    if row is None or row.withdrawn_at is not None:
        raise no_such_paper()
    return row


async def with_content(
    session: AsyncSession, hashes: Sequence[bytes]
) -> Sequence[StoredDocumentRow]:
    """The papers with these contents that are there and may be seen."""
    row = StoredDocumentRow
    query = select(row).where(col(row.sha256).in_(list(hashes)), col(row.withdrawn_at).is_(None))
    return (await session.exec(query.order_by(col(row.id)).limit(500))).all()


async def stored_by(
    session: AsyncSession, institution: str, *, before: UUID | None, limit: int
) -> Sequence[StoredDocumentRow]:
    """The papers that an institution has stored and not taken back, the last one first."""
    row = StoredDocumentRow
    query = select(row).where(col(row.bank_code) == institution, col(row.withdrawn_at).is_(None))
    if before is not None:
        query = query.where(col(row.id) < before)
    return (await session.exec(query.order_by(col(row.id).desc()).limit(limit))).all()


def no_such_paper() -> NotFound:
    """The refusal."""
    return NotFound("没有这份材料", "There is no such document.")


async def looks(session: AsyncSession, document_id: UUID) -> Sequence[DocumentLookRow]:
    """Who looked at a paper, the last ones first; a bank sees its own people's looks."""
    query = select(DocumentLookRow).where(col(DocumentLookRow.document_id) == document_id)
    return (await session.exec(query.order_by(col(DocumentLookRow.id).desc()).limit(500))).all()


async def notes(session: AsyncSession, document_id: UUID) -> Sequence[DocumentNoteRow]:
    """Notes on a paper, page by page; each institution sees its own."""
    query = select(DocumentNoteRow).where(col(DocumentNoteRow.document_id) == document_id)
    query = query.order_by(col(DocumentNoteRow.page), col(DocumentNoteRow.id))
    return (await session.exec(query)).all()

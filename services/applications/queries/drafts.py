"""Drafts to read: a bank's own."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.tables.intake_rows import DraftRow
from shared.refusals import NotFound


def no_such_draft() -> NotFound:
    """The refusal, also where it is another bank's."""
    return NotFound("没有这份草稿", "There is no such draft.")


async def draft(session: AsyncSession, draft_id: UUID, *, bank_code: str) -> DraftRow:
    """A bank's draft. Raises NotFound."""
    query = select(DraftRow).where(
        col(DraftRow.id) == draft_id, col(DraftRow.bank_code) == bank_code
    )
    row = (await session.exec(query)).first()
    if row is None:
        raise no_such_draft()
    return row


async def drafts(
    session: AsyncSession,
    *,
    bank_code: str,
    is_filed: bool | None,
    amends: UUID | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[DraftRow]:
    """A bank's drafts, the one saved last first; `is_filed`: only those that became a case, or only
    the others; `amends`: only those of what that case is to say."""
    at = (col(DraftRow.saved_at), col(DraftRow.id))
    query = select(DraftRow).where(col(DraftRow.bank_code) == bank_code)
    if is_filed is not None:
        case = col(DraftRow.application_id)
        query = query.where(case.is_not(None) if is_filed else case.is_(None))
    if amends is not None:
        query = query.where(col(DraftRow.amends) == amends)
    if before is not None:
        query = query.where(tuple_(*at) < before)
    query = query.order_by(*(one.desc() for one in at)).limit(limit)
    return (await session.exec(query)).all()

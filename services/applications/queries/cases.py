"""Cases in lists, and one case with everything that belongs to it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.domain.submission import RightKey
from services.applications.tables.rows import (
    ApplicationRow,
    CaseMoveRow,
    CollateralRow,
    DocumentRow,
    HeldRightRow,
    PledgeRegistrationRow,
    ValuationRow,
)
from shared.refusals import NotFound


async def ranks(session: AsyncSession, case_id: UUID) -> dict[RightKey, int]:
    """The rank of each right that the case holds now."""
    held = col(HeldRightRow.application_id) == case_id
    rows = (await session.exec(select(HeldRightRow).where(held))).all()
    return {RightKey(row.kind, row.number, row.nice_class): row.rank for row in rows}


async def case(session: AsyncSession, case_id: UUID) -> ApplicationRow:
    """One case. Raises NotFound, also where it is another bank's."""
    row = await session.get(ApplicationRow, case_id)
    if row is None:
        raise NotFound("没有这个申请", "There is no such application.")
    return row


async def history(session: AsyncSession, case_id: UUID) -> Sequence[CaseMoveRow]:
    """Every move of a case, the first one first."""
    query = select(CaseMoveRow).where(col(CaseMoveRow.case_id) == case_id)
    return (await session.exec(query.order_by(col(CaseMoveRow.version)))).all()


async def collateral(
    session: AsyncSession, row: ApplicationRow
) -> Sequence[tuple[CollateralRow, ValuationRow | None]]:
    """The rights of a case's newest revision, each with its valuation; the book of a loan that was
    taken over with its pool names none."""
    same = (
        col(ValuationRow.application_id) == col(CollateralRow.application_id),
        col(ValuationRow.revision) == col(CollateralRow.revision),
        col(ValuationRow.collateral_no) == col(CollateralRow.collateral_no),
    )
    query = (
        select(CollateralRow, ValuationRow)
        .join(ValuationRow, and_(*same), isouter=True)
        .where(
            col(CollateralRow.application_id) == row.id,
            col(CollateralRow.revision) == row.revision,
        )
        .order_by(col(CollateralRow.collateral_no))
    )
    return (await session.exec(query)).all()


async def documents(session: AsyncSession, row: ApplicationRow) -> Sequence[DocumentRow]:
    """The documents of a case's newest revision."""
    query = (
        select(DocumentRow)
        .where(col(DocumentRow.application_id) == row.id, col(DocumentRow.revision) == row.revision)
        .order_by(col(DocumentRow.document_no))
    )
    return (await session.exec(query)).all()


async def registrations(session: AsyncSession, case_id: UUID) -> Sequence[PledgeRegistrationRow]:
    """The pledges of a case as they are registered."""
    query = select(PledgeRegistrationRow).where(
        col(PledgeRegistrationRow.application_id) == case_id
    )
    return (await session.exec(query.order_by(col(PledgeRegistrationRow.collateral_no)))).all()

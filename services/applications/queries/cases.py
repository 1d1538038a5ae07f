"""Cases in lists, and one case with everything that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.domain.life_cycle import State
from services.applications.domain.submission import RightKey
from services.applications.tables.rows import (
    ApplicationRow,
    CaseMoveRow,
    CollateralRow,
    DocumentRow,
    HeldRightRow,
    LoanRow,
    PledgeRegistrationRow,
    ValuationRow,
)
from shared import canonical
from shared.ip_numbers import possible_numbers
from shared.refusals import NotFound


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """Which cases a list shows; None leaves a column alone."""

    state: Sequence[State] = ()
    pool_code: str | None = None
    bank_code: str | None = None
    q: str | None = None
    assigned_to: str | None = None


async def cases(
    session: AsyncSession, wanted: CaseFilter, *, after: UUID | None, limit: int
) -> Sequence[ApplicationRow]:
    """Cases, the youngest first, below the id `after`."""
    query = select(ApplicationRow).order_by(col(ApplicationRow.id).desc()).limit(limit)
    if after is not None:
        query = query.where(col(ApplicationRow.id) < after)
    for condition in _conditions(wanted):
        query = query.where(condition)
    return (await session.exec(query)).all()


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.state:
        conditions.append(col(ApplicationRow.state).in_(list(wanted.state)))
    exact: tuple[tuple[InstrumentedAttribute[Any], str | None], ...] = (
        (ApplicationRow.pool_code, wanted.pool_code),  # type: ignore[assignment]
        (ApplicationRow.bank_code, wanted.bank_code),
        (ApplicationRow.assigned_to, wanted.assigned_to),
    )
    conditions += [col(column) == value for column, value in exact if value is not None]
    if wanted.q is not None and (words := canonical.plain(wanted.q)):
        conditions.append(_is_meant_by(words))
    return conditions


def _is_meant_by(words: str) -> ColumnElement[bool]:
    """Cases that have a part of these words in their number or firm's name, a credit code that
    begins so, or a right, a loan or an entry in a register with just this number: however it is
    spelled."""
    number = canonical.number(words)
    of_rights = select(CollateralRow.application_id).where(
        col(CollateralRow.number).in_(sorted(possible_numbers(words)))
    )
    of_loans = select(LoanRow.application_id).where(col(LoanRow.loan_no_canonical) == number)
    of_registers = select(PledgeRegistrationRow.application_id).where(
        col(PledgeRegistrationRow.registration_no_canonical) == number
    )
    code = canonical.compact(words)
    return or_(
        col(ApplicationRow.number).contains(words, autoescape=True),
        col(ApplicationRow.borrower_uscc).startswith(code or words, autoescape=True),
        col(ApplicationRow.borrower_name_canonical).contains(words, autoescape=True),
        *(col(ApplicationRow.id).in_(found) for found in (of_rights, of_loans, of_registers)),
    )


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

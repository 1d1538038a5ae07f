"""Ordinary reads: lists by keyset, and a case with everything that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.domain.life_cycle import IS_LOAN, State
from services.applications.tables.rows import (
    ApplicationRow,
    BankRow,
    BankSuspensionRow,
    CollateralRow,
    DocumentRow,
    HistoryRow,
    LoanRow,
    PledgeRegistrationRow,
    PoolRow,
    PositionRow,
    ValuationRow,
)
from shared.months import Month
from shared.refusals import NotFound

QUEUED: Final = (State.ACCEPTED, State.UNDER_REVIEW, State.RECOMMENDED)


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """Which cases a list shows; None leaves a column alone."""

    state: Sequence[State] = ()
    pool_code: str | None = None
    bank_code: str | None = None
    q: str | None = None
    assigned_to: str | None = None


async def banks(session: AsyncSession) -> Sequence[BankRow]:
    """All banks, by code."""
    return (await session.exec(select(BankRow).order_by(col(BankRow.code)))).all()


async def bank(session: AsyncSession, code: str) -> BankRow:
    """One bank. Raises NotFound."""
    row = await session.get(BankRow, code)
    if row is None:
        raise NotFound("没有这家银行", "There is no such bank.")
    return row


async def pools(session: AsyncSession) -> Sequence[tuple[PoolRow, date | None]]:
    """All pools, each with the day since which the bank that looks is suspended there."""
    # Row-level security shows a bank its own suspensions only; staff see the first of any bank.
    suspended = (
        select(col(BankSuspensionRow.suspended_on))
        .where(col(BankSuspensionRow.pool_code) == col(PoolRow.code))
        .order_by(col(BankSuspensionRow.suspended_on))
        .limit(1)
        .scalar_subquery()
    )
    found = await session.exec(select(PoolRow, suspended).order_by(col(PoolRow.code)))
    return [(row, since) for row, since in found.all()]


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
    if wanted.q is not None:
        text = wanted.q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        conditions.append(
            or_(
                col(ApplicationRow.number).ilike(f"%{text}%"),
                col(ApplicationRow.borrower_uscc).ilike(f"{text}%"),
                col(ApplicationRow.borrower_name).ilike(f"%{text}%"),
            )
        )
    return conditions


async def queue(
    session: AsyncSession,
    *,
    subject: str,
    reviews: bool,
    approves: bool,
    pool_code: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[ApplicationRow]:
    """What a person can work on, the longest waiting first.

    A reviewer sees what nobody has taken and what they have taken themselves, an approver what
    was recommended by somebody else.
    """
    mine: list[ColumnElement[bool]] = []
    if reviews:
        mine.append(col(ApplicationRow.state) == State.ACCEPTED)
        mine.append(
            and_(
                col(ApplicationRow.state) == State.UNDER_REVIEW,
                col(ApplicationRow.assigned_to) == subject,
            )
        )
    if approves:
        mine.append(
            and_(
                col(ApplicationRow.state) == State.RECOMMENDED,
                col(ApplicationRow.recommended_by) != subject,
            )
        )
    query = (
        select(ApplicationRow)
        .where(col(ApplicationRow.state).in_(QUEUED), or_(*mine))
        .order_by(col(ApplicationRow.since), col(ApplicationRow.id))
        .limit(limit)
    )
    if pool_code is not None:
        query = query.where(col(ApplicationRow.pool_code) == pool_code)
    if after is not None:
        query = query.where(tuple_(col(ApplicationRow.since), col(ApplicationRow.id)) > after)
    return (await session.exec(query)).all()


async def case(session: AsyncSession, case_id: UUID) -> ApplicationRow:
    """One case. Raises NotFound, also where it is another bank's."""
    row = await session.get(ApplicationRow, case_id)
    if row is None:
        raise NotFound("没有这个申请", "There is no such application.")
    return row


async def history(session: AsyncSession, case_id: UUID) -> Sequence[HistoryRow]:
    """Every move of a case, the first one first."""
    query = select(HistoryRow).where(col(HistoryRow.application_id) == case_id)
    return (await session.exec(query.order_by(col(HistoryRow.version)))).all()


async def collateral(
    session: AsyncSession, row: ApplicationRow
) -> Sequence[tuple[CollateralRow, ValuationRow]]:
    """The rights of a case's newest revision, each with its valuation."""
    query = (
        select(CollateralRow, ValuationRow)
        .where(
            col(CollateralRow.application_id) == row.id,
            col(CollateralRow.revision) == row.revision,
            col(ValuationRow.application_id) == col(CollateralRow.application_id),
            col(ValuationRow.revision) == col(CollateralRow.revision),
            col(ValuationRow.collateral_no) == col(CollateralRow.collateral_no),
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


async def loan_of(session: AsyncSession, case_id: UUID) -> LoanRow | None:
    """The loan a case has become, if it has."""
    return await session.get(LoanRow, case_id)


async def loans(
    session: AsyncSession,
    *,
    pool_code: str | None,
    bank_code: str | None,
    state: Sequence[State],
    loan_no: str | None,
    unreported: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[tuple[LoanRow, ApplicationRow]]:
    """Loans with their cases, the oldest first, above the id `after`.

    `unreported`: only those that are out, were paid out by the end of that month, and have no
    position of it or of a later one.
    """
    query = (
        select(LoanRow, ApplicationRow)
        .where(col(ApplicationRow.id) == col(LoanRow.application_id))
        .order_by(col(LoanRow.application_id))
        .limit(limit)
    )
    if after is not None:
        query = query.where(col(LoanRow.application_id) > after)
    if pool_code is not None:
        query = query.where(col(LoanRow.pool_code) == pool_code)
    if bank_code is not None:
        query = query.where(col(LoanRow.bank_code) == bank_code)
    if loan_no is not None:
        query = query.where(col(LoanRow.loan_no) == loan_no)
    if state:
        query = query.where(col(ApplicationRow.state).in_(list(state)))
    if unreported is not None:
        query = query.where(
            col(ApplicationRow.state).in_(list(IS_LOAN)),
            col(LoanRow.disbursed_on) <= Month.parse(unreported).last,
            func.coalesce(col(LoanRow.last_month), "") < unreported,
        )
    return (await session.exec(query)).all()


async def loan(session: AsyncSession, loan_id: UUID) -> tuple[LoanRow, ApplicationRow]:
    """One loan with its case. Raises NotFound, also where it is another bank's."""
    found = await session.get(LoanRow, loan_id)
    if found is None:
        raise NotFound("没有这笔贷款", "There is no such loan.")
    return found, await case(session, loan_id)


async def positions(
    session: AsyncSession,
    loan_id: UUID,
    *,
    month: str | None,
    after: tuple[str, int] | None,
    limit: int,
) -> Sequence[PositionRow]:
    """What was reported of a loan, month by month and version by version."""
    query = (
        select(PositionRow)
        .where(col(PositionRow.loan_id) == loan_id)
        .order_by(col(PositionRow.month), col(PositionRow.version))
        .limit(limit)
    )
    if month is not None:
        query = query.where(col(PositionRow.month) == month)
    if after is not None:
        query = query.where(tuple_(col(PositionRow.month), col(PositionRow.version)) > after)
    return (await session.exec(query)).all()

"""Loans where they stand, and what was reported of them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg
from sqlalchemy import exists, func, true, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.domain.life_cycle import IS_SERVED, State
from services.applications.domain.loan_change import UNDECIDED
from services.applications.queries.cases import case
from services.applications.tables.rows import (
    ApplicationRow,
    DrawRow,
    LoanChangeRow,
    LoanRow,
    PositionRow,
)
from shared import canonical
from shared.months import Month
from shared.refusals import NotFound


async def loan_of(session: AsyncSession, case_id: UUID) -> LoanRow | None:
    """The loan a case has become, if it has."""
    return await session.get(LoanRow, case_id)


async def loans(
    session: AsyncSession,
    *,
    own: str | None,
    pool_code: str | None,
    bank_code: str | None,
    state: Sequence[State],
    loan_no: str | None,
    unreported: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[tuple[LoanRow, ApplicationRow]]:
    """Loans with their cases, the oldest first, above the id `after`. `own`: the bank that asks.

    `unreported`: only those that are out and not compensated, were paid out by the end of that
    month, and have no position of it; a later month's does not stand in for it.
    """
    # Loan by loan in the order of the page, kept from being joined: a join reads all of a bank and sorts it.
    of_loan = (
        select(ApplicationRow)
        .where(col(ApplicationRow.id) == col(LoanRow.application_id))
        .offset(0)
        .lateral()
    )
    case_row = aliased(ApplicationRow, of_loan)
    query = (
        select(LoanRow, case_row)
        .join(of_loan, true())
        .order_by(col(LoanRow.application_id))
        .limit(limit)
    )
    if after is not None:
        query = query.where(col(LoanRow.application_id) > after)
    if own is not None:
        query = query.where(col(LoanRow.bank_code) == own)
    if pool_code is not None:
        query = query.where(col(LoanRow.pool_code) == pool_code)
    if bank_code is not None:
        query = query.where(col(LoanRow.bank_code) == bank_code)
    if loan_no is not None:
        query = query.where(col(LoanRow.loan_no_canonical) == canonical.number(loan_no))
    if state:
        query = query.where(col(case_row.state).in_(list(state)))
    if unreported is not None:
        query = query.where(
            col(case_row.state).in_(list(IS_SERVED)),
            col(LoanRow.disbursed_on) <= Month.parse(unreported).last,
            ~exists().where(
                col(PositionRow.loan_id) == col(LoanRow.application_id),
                col(PositionRow.month) == unreported,
            ),
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


async def draws_of(session: AsyncSession, loan_id: UUID) -> Sequence[DrawRow]:
    """What was drawn of a loan after its disbursement, the first one first."""
    query = select(DrawRow).where(col(DrawRow.loan_id) == loan_id)
    return (await session.exec(query.order_by(col(DrawRow.draw_no)))).all()


async def changes_of(session: AsyncSession, loan_id: UUID) -> Sequence[LoanChangeRow]:
    """What was asked of a loan's maturity and what became of it, the first one first."""
    query = select(LoanChangeRow).where(col(LoanChangeRow.loan_id) == loan_id)
    return (await session.exec(query.order_by(col(LoanChangeRow.id)))).all()


async def undecided_changes(
    session: AsyncSession, *, after: tuple[date | None, UUID] | None, limit: int
) -> Sequence[tuple[LoanChangeRow, ApplicationRow]]:
    """Changes that wait for a decision, with their cases, what is due first first and what is due on
    no day last; from after one (day and id) on."""
    due_on = func.coalesce(col(LoanChangeRow.due_on), date.max)
    query = (
        select(LoanChangeRow, ApplicationRow)
        .where(col(ApplicationRow.id) == col(LoanChangeRow.loan_id))
        .where(col(LoanChangeRow.state).in_(list(UNDECIDED)))
        .order_by(due_on, col(LoanChangeRow.id))
        .limit(limit)
    )
    if after is not None:
        query = query.where(
            tuple_(due_on, col(LoanChangeRow.id)) > tuple_(after[0] or date.max, after[1])
        )
    return (await session.exec(query)).all()


async def asked_to_undo(
    session: AsyncSession, *, after: UUID | None, limit: int
) -> Sequence[ApplicationRow]:
    """Cases whose bank says that nothing was paid out, or not a draw, until a second person
    confirms; from after one on."""
    query = (
        select(ApplicationRow)
        .where(col(ApplicationRow.undo_asked_by).is_not(None))
        .order_by(col(ApplicationRow.id))
        .limit(limit)
    )
    if after is not None:
        query = query.where(col(ApplicationRow.id) > after)
    return (await session.exec(query)).all()


async def lent_fen(conn: asyncpg.Connection, case_id: UUID) -> int | None:
    """The amount of the loan that a case has become; None before it is one."""
    found: int | None = await conn.fetchval(
        "select amount_fen from loans where application_id = $1", case_id
    )
    return found

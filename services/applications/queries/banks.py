"""Banks, and the pools they may submit to."""

from collections.abc import Sequence
from datetime import date

import asyncpg
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.tables.rows import BankRow, BankSuspensionRow, PoolRow
from shared.refusals import NotFound


async def banks(session: AsyncSession) -> Sequence[BankRow]:
    """All banks, by code."""
    return (await session.exec(select(BankRow).order_by(col(BankRow.code)))).all()


async def bank_codes(conn: asyncpg.Connection) -> list[str]:
    """The codes of all banks, in order."""
    return [row["code"] for row in await conn.fetch("select code from banks order by code")]


async def bank(session: AsyncSession, code: str) -> BankRow:
    """One bank. Raises NotFound."""
    row = await session.get(BankRow, code)
    if row is None:
        raise NotFound("没有这家银行", "There is no such bank.")
    return row


async def pool(session: AsyncSession, code: str) -> PoolRow:
    """One pool. Raises NotFound."""
    row = await session.get(PoolRow, code)
    if row is None:
        raise NotFound(f"没有资金池 {code}", f"There is no pool {code}.")
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

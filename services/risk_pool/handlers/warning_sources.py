"""What applications tells that speaks for trouble: rights in danger, cover that is missing, lists.

What was known before the register began, or before a loan was taken over, is looked at once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import Coverage
from services.risk_pool.domain.warning_signs import (
    Sign,
    sign_of_cover,
    sign_of_danger,
    sign_of_list,
    signs_of_position,
)
from services.risk_pool.handlers.recording import hold_pools_of
from services.risk_pool.handlers.warning_signs import raise_signs
from services.risk_pool.queries import warning_sources as known
from services.risk_pool.tables import coverages
from services.risk_pool.tables import warnings as tables
from services.risk_pool.tables.ledger import lock_pool, lock_pools
from shared.messaging.inbox import Received
from shared.postgres.database import EVERYWHERE, Database


async def right_endangered(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A pledged right is in danger."""
    _, loans = await hold_pools_of(conn, received)
    names = ("danger", "danger_zh", "right_number", "due_on", "found_on")
    signs = [
        sign_of_danger(loan, **{name: getattr(one.event, name) for name in names})
        for one in received
        if (loan := loans.get(one.event.loan_id)) is not None
    ]
    await raise_signs(conn, _there(signs), now=now)


async def cover_changed(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Cover is asked for, or the day for it has passed."""
    _, loans = await hold_pools_of(conn, received)
    names = ("what", "outcome", "on", "shortfall_fen", "cover_by")
    signs = [
        sign_of_cover(loan, **{name: getattr(one.event, name) for name in names})
        for one in received
        if (loan := loans.get(one.event.loan_id)) is not None
    ]
    await raise_signs(conn, _there(signs), now=now)


async def firms_listed(conn: asyncpg.Connection, events: Sequence[Any], *, now: datetime) -> None:
    """Firms stand on lists: each of their loans in cover at the bank that was told is warned of."""
    banks = [event.bank_code for event in events]
    firms = [event.borrower_uscc for event in events]
    found = await known.in_cover_of_firms(conn, banks, firms)
    await lock_pools(conn, {row["pool_code"] for row in found})
    loans = (await coverages.load(conn, [row["loan_id"] for row in found])).values()
    signs = [
        sign_of_list(loan, vars(event))
        for event in events
        for loan in loans
        if (loan.bank_code, loan.borrower_uscc) == (event.bank_code, event.borrower_uscc)
    ]
    await raise_signs(conn, _there(signs), now=now)


async def look_back(database: Database, *, now: datetime) -> None:
    """A due job: pools whose loans were not looked at since the register began are, once."""
    async with database.begin(EVERYWHERE) as conn:
        waiting = await known.pools_not_looked_at(conn)
    for code in waiting:
        async with database.begin(EVERYWHERE) as conn:
            await lock_pool(conn, code)
            if await tables.looked_back(conn, code, now=now):
                await look_at(conn, await known.in_cover(conn, code), now=now)


async def look_at(conn: asyncpg.Connection, loan_ids: Iterable[UUID], *, now: datetime) -> None:
    """Raise what the newest reports and the lists say of these loans. Their pool is held."""
    loans = await coverages.load(conn, loan_ids)
    signs: list[Sign | None] = []
    for loan in loans.values():
        if loan.position_month is not None:
            signs += _reported(loan)
    for entry in await known.listed(conn, list(loans)):
        signs.append(sign_of_list(loans[entry["loan_id"]], entry))
    await raise_signs(conn, _there(signs), now=now)


def _reported(loan: Coverage) -> list[Sign]:
    assert loan.position_month is not None
    return signs_of_position(
        loan,
        month=loan.position_month,
        overdue_days=loan.overdue_days or 0,
        risk_class=loan.risk_class or "",
    )


def _there(signs: Iterable[Sign | None]) -> list[Sign]:
    return [sign for sign in signs if sign is not None]

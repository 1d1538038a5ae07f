"""Money is entered by hand: numbered, explained, booked, and the pool's breaker looked at."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.cash import require_cash
from services.risk_pool.domain.cash_entries import CashEntry
from services.risk_pool.handlers.breakers import watch_pool
from services.risk_pool.handlers.waiting import serve_line
from services.risk_pool.tables import parties, pools
from services.risk_pool.tables.cash_entries import store_cash_entry
from services.risk_pool.tables.ledger import (
    LockedPool,
    balances,
    book,
    lock_pool,
    store_explanation,
)
from services.risk_pool.tables.numbers import next_number
from shared.clock import business_date
from shared.life_cycle import Person
from shared.refusals import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedCash:
    """What was booked, and what the pool has now."""

    number: str
    reference: str
    seq: int
    available_fen: int
    cash_fen: int


async def enter(
    conn: asyncpg.Connection, pool_code: str, entry: CashEntry, *, by: Person, now: datetime
) -> BookedCash:
    """Book money in or out under a number of its own.

    Raises NotFound for a pool that is none or a party that does not take part, DateNotYet,
    BeforeOpening, CashShort, MonthClosed.
    """
    pool = await lock_pool(conn, pool_code)
    entry.require_day(opened_on=pool.opened_on, today=business_date(now))
    if entry.party_code is not None:
        await _require_party(conn, pool, entry.party_code)
    if entry.leaves_the_account:
        held_fen = (await balances(conn, pool.code)).get(accounts.CASH, 0)
        require_cash(held_fen=held_fen, due_fen=entry.amount_fen)

    number = await next_number(conn, pool.code, series="K", year=entry.day.year)
    explanation_id = await store_explanation(
        conn,
        pool.code,
        entry.kind,
        entry.explanation(number),
        {"recorded_by": {"subject": by.subject, "name": by.name, "role": "finance_maker"}},
        now,
    )
    transfer = entry.transfer(number, explanation_id)
    await book(conn, pool, (transfer,), now=now)
    await store_cash_entry(
        conn, pool.code, entry, number=number, reference=transfer.reference, by=by, now=now
    )
    await watch_pool(conn, pool, day=entry.day, now=now)

    held = await balances(conn, pool.code)
    booked = BookedCash(
        number=number,
        reference=transfer.reference,
        seq=await pools.last_seq(conn, pool.code),
        available_fen=accounts.available_fen(held),
        cash_fen=held.get(accounts.CASH, 0),
    )
    await serve_line(conn, pool.code, now=now)
    return booked


async def _require_party(conn: asyncpg.Connection, pool: LockedPool, party_code: str) -> None:
    if not await parties.takes_part(conn, pool.code, party_code):
        raise NotFound(
            f"{party_code} 未参加资金池 {pool.code}",
            f"{party_code} does not take part in the pool {pool.code}.",
        )

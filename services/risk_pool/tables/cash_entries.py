"""Cash entries in PostgreSQL; none is ever changed."""

from datetime import datetime

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.cash_entries import CashEntry
from shared.life_cycle import Person


async def store_cash_entry(
    conn: asyncpg.Connection,
    pool_code: str,
    entry: CashEntry,
    *,
    number: str,
    reference: str,
    by: Person,
    now: datetime,
) -> None:
    """Keep what was entered, by whom."""
    await conn.execute(
        """insert into cash_entries (id, number, pool_code, kind, party_code, amount_fen,
               booked_on, note, reference, created_at, created_by, created_by_name)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        uuid7(),
        number,
        pool_code,
        entry.kind,
        entry.party_code,
        entry.amount_fen,
        entry.day,
        entry.note,
        reference,
        now,
        by.subject,
        by.name,
    )

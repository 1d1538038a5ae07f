"""Money in suspense, in PostgreSQL. Whoever writes holds the pool's lock."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.suspense import LIFE_CYCLE
from shared.transitions import CaseTable

CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="account_booking",
    table="account_bookings",
    bank=None,
    columns={
        "released_by": "text",
        "released_name": "text",
        "booked_on": "date",
        "seq": "bigint",
        "explanation_id": "uuid",
    },
)

_PROPOSED = (
    "id", "number", "pool_code", "kind", "why", "root_id", "line_id", "amount_fen", "value_date",
    "target", "party_code", "note", "state", "state_since", "due_on", "proposed_by",
    "proposed_name", "proposed_at",
)  # fmt: skip
_PROPOSE = f"""
    insert into account_bookings ({", ".join(_PROPOSED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_PROPOSED, start=1))})
"""


async def insert(conn: asyncpg.Connection, booking: Mapping[str, Any]) -> None:
    """Keep a booking as it was proposed."""
    await conn.execute(_PROPOSE, *(booking[name] for name in _PROPOSED))


async def pool_of(conn: asyncpg.Connection, booking_id: UUID) -> str | None:
    """The pool of a booking, to be locked before it; None where the caller may know of none."""
    code: str | None = await conn.fetchval(
        "select pool_code from account_bookings where id = $1", booking_id
    )
    return code


async def lock(conn: asyncpg.Connection, booking_id: UUID) -> asyncpg.Record:
    """A booking for changing. It exists, and its pool is locked."""
    booking = await conn.fetchrow(
        "select * from account_bookings where id = $1 for update", booking_id
    )
    assert booking is not None
    return booking

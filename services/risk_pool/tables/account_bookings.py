"""Money in suspense, in PostgreSQL. Whoever writes holds the pool's lock."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.suspense import LIFE_CYCLE
from shared.life_cycle import Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait

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
    absent=Words("没有该暂收登记", "There is no such booking."),
    waits=CasesWait(
        topic="risk_pool",
        firm="k.party_code",
        amount="k.amount_fen",
        page="'/pools/' || k.pool_code || '/account/suspense'",
    ),
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

"""What is written of a cash entry: its row as entered, and its moves.

Nothing here opens a transaction. Whoever writes holds the pool's lock; the database refuses any
change of what was entered.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.cash_entry import LIFE_CYCLE
from shared import canonical
from shared.transitions import CaseTable

CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="cash_entry",
    table="cash_entries",
    bank=None,
    columns={
        "released_by": "text",
        "released_name": "text",
        "released_on": "date",
        "booked_on": "date",
        "reference": "text",
        "explanation_id": "uuid",
        "line_id": "uuid",
    },
)

_ENTERED = (
    "id", "number", "pool_code", "kind", "of_kind", "sign", "root_id", "reverses",
    "reverses_number", "party_code", "amount_fen", "value_date", "bank_reference", "account",
    "item", "claim_id", "loan_id", "note", "double_of", "line_id", "state", "state_since",
    "due_on", "entered_at", "entered_by", "entered_name",
)  # fmt: skip
_CANONICAL = "bank_reference_canonical"
_ENTER = f"""
    insert into cash_entries ({", ".join(_ENTERED)}, {_CANONICAL})
    values ({", ".join(f"${n}" for n, _ in enumerate((*_ENTERED, _CANONICAL), start=1))})
"""


async def insert(conn: asyncpg.Connection, entry: Mapping[str, Any]) -> None:
    """Keep an entry as it was entered."""
    form = canonical.number(entry["bank_reference"])
    await conn.execute(_ENTER, *(entry[name] for name in _ENTERED), form)


async def pool_of(conn: asyncpg.Connection, entry_id: UUID) -> str | None:
    """The pool of an entry, to be locked before it; None where the caller may know of none."""
    code: str | None = await conn.fetchval(
        "select pool_code from cash_entries where id = $1", entry_id
    )
    return code


async def lock(conn: asyncpg.Connection, entry_id: UUID) -> asyncpg.Record:
    """An entry for changing. It exists, and its pool is locked."""
    entry = await conn.fetchrow("select * from cash_entries where id = $1 for update", entry_id)
    assert entry is not None
    return entry

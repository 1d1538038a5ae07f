"""What is written of a cash entry: its row as entered, and its moves.

Nothing here opens a transaction. Whoever writes holds the pool's lock; the database refuses any
change of what was entered.
"""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.cash_entry import BOOKED, LIFE_CYCLE
from services.risk_pool.tables.facts import ITEMS
from shared import canonical
from shared.life_cycle import Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait

CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="cash_entry",
    touches=dict.fromkeys(BOOKED, ITEMS),
    pool="pool_code",
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
    absent=Words("没有该收付登记", "There is no such cash entry."),
    waits=CasesWait(
        topic="risk_pool",
        loan="k.loan_id",
        firm="k.party_code",
        amount="k.amount_fen",
        page="'/cash/' || k.id",
    ),
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

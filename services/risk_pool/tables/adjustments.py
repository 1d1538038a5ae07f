"""What is written of an adjustment: its row as proposed, and its moves.

Nothing here opens a transaction. Whoever decides holds the pool's lock and the claim's.
"""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.adjustment import LIFE_CYCLE
from shared.life_cycle import Row, Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def about(adjustment: Row) -> dict[str, Any]:
    """What every event of an adjustment says of it."""
    return {
        "pool_code": adjustment["pool_code"],
        "loan_id": adjustment["loan_id"],
        "number": adjustment["loan_number"],
        "bank_code": adjustment["bank_code"],
        "borrower_name": adjustment["borrower_name"],
        "claim_id": adjustment["claim_id"],
        "claim_number": adjustment["claim_number"],
        "adjustment_id": adjustment["id"],
        "adjustment_number": adjustment["number"],
        "adjustment_kind": adjustment["kind"],
    }


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="adjustment",
    table="adjustments",
    columns={
        "decided_by": "text",
        "booked_on": "date",
        "effect": "jsonb",
        "explanation_id": "uuid",
    },
    about=about,
    absent=Words("没有该更正", "There is no such adjustment."),
    waits=CasesWait(
        topic="risk_pool",
        loan="k.loan_id",
        firm="k.borrower_name",
        amount="k.amount_fen",
        page="'/adjustments/' || k.id",
    ),
)

_PROPOSED = (
    "id", "number", "kind", "pool_code", "bank_code", "claim_id", "claim_number", "loan_id",
    "loan_number", "borrower_name", "state", "state_since", "due_on", "reason", "evidence",
    "amount_fen", "received_on",
    "proposed_at", "proposed_by",
)  # fmt: skip
_PROPOSE = f"""
    insert into adjustments ({", ".join(_PROPOSED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_PROPOSED, start=1))})
"""


async def insert(conn: asyncpg.Connection, adjustment: Mapping[str, Any]) -> None:
    """Keep an adjustment as it was proposed."""
    await conn.execute(_PROPOSE, *(adjustment[name] for name in _PROPOSED))

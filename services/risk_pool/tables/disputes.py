"""What is written of a dispute: its row as filed, and its moves.

Nothing here opens a transaction. Whoever writes holds the pool's lock; the database refuses any
change of what was filed or decided.
"""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.dispute import LIFE_CYCLE
from services.risk_pool.tables.facts import ITEMS
from shared.life_cycle import Row, Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait

_TOLD = (
    "pool_code", "bank_code", "party_code", "party_role", "party_name", "month", "item",
    "line_seq", "line_amount_fen", "right_fen", "difference_fen", "reason",
)  # fmt: skip


def about(dispute: Row) -> dict[str, Any]:
    """What every event of a dispute says of it."""
    own = {"dispute_id": dispute["id"], "dispute_number": dispute["number"]}
    return own | {name: dispute[name] for name in _TOLD}


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="dispute",
    touches=dict.fromkeys(LIFE_CYCLE.final, ITEMS),
    pool="pool_code",
    table="disputes",
    columns={
        "proposed_by": "text",
        "proposed_name": "text",
        "proposed_at": "timestamptz",
        "uphold_fen": "bigint",
        "proposal_reason": "text",
        "decided_by": "text",
        "decided_name": "text",
        "decided_on": "date",
        "upheld_fen": "bigint",
        "taken_off_fen": "bigint",
        "due_again_fen": "bigint",
        "due_again_on": "date",
        "booked_on": "date",
        "effect": "jsonb",
        "explanation_id": "uuid",
    },
    about=about,
    absent=Words("没有该争议", "There is no such dispute."),
    waits=CasesWait(
        topic="risk_pool",
        loan="k.loan_id",
        firm="k.party_name",
        amount="k.difference_fen",
        page="'/disputes/' || k.id",
    ),
)

_FILED = (
    "id", "number", "pool_code", "month", "bank_code", "party_code", "party_role", "party_name",
    "item", "lowers_item", "line_seq", "line_reference", "line_kind", "line_debit", "line_credit",
    "line_amount_fen", "line_date", "loan_id", "stated_fen", "right_fen", "difference_fen", "reason",
    "letter", "until", "state", "state_since", "due_on", "filed_at", "filed_by",
    "filed_name", "filed_by_bank",
)  # fmt: skip
_FILE = f"""
    insert into disputes ({", ".join(_FILED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_FILED, start=1))})
"""


async def insert(conn: asyncpg.Connection, dispute: Mapping[str, Any]) -> None:
    """Keep a dispute as it was filed."""
    await conn.execute(_FILE, *(dispute[name] for name in _FILED))

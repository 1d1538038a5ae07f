"""What is written of a recovery: its row, its moves, and once it is confirmed, who gets how much.

Nothing here opens a transaction. Whoever confirms holds the pool's lock and the claim's.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from services.risk_pool.domain.recovery import LIFE_CYCLE
from services.risk_pool.domain.shares import PartyShare
from shared.life_cycle import Row, Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait

CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="recovery",
    table="recoveries",
    columns={
        "received_on": "date",
        "route": "text",
        "from_pledged_ip": "boolean",
        "gross_fen": "bigint",
        "costs_fen": "bigint",
        "reference": "text",
        "reference_canonical": "text",
        "double_reason": "text",
        "cost_items": "jsonb",
        "reported_at": "timestamptz",
        "reported_by": "text",
        "confirmed_by": "text",
        "booked_on": "date",
        "carried_before_fen": "bigint",
        "carried_after_fen": "bigint",
        "net_fen": "bigint",
        "to_interest_fen": "bigint",
        "to_pledgor_fen": "bigint",
        "explanation_id": "uuid",
        "disposal_id": "uuid",
    },
    absent=Words("没有该追偿回款", "There is no such recovery."),
    waits=CasesWait(
        topic="risk_pool",
        loan="k.loan_id",
        amount="k.gross_fen",
        page="'/recoveries/' || k.id",
    ),
)

_REPORTED = (
    "id", "number", "claim_id", "claim_number", "pool_code", "bank_code", "loan_id", "state",
    "state_since", "due_on", "received_on", "route", "from_pledged_ip", "gross_fen", "costs_fen",
    "reported_at", "reported_by", "reference", "double_reason", "cost_items",
    "reference_canonical", "disposal_id",
)  # fmt: skip
_REPORT = f"""
    insert into recoveries ({", ".join(_REPORTED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_REPORTED, start=1))})
"""


async def insert(conn: asyncpg.Connection, recovery: Mapping[str, Any]) -> None:
    """Keep a recovery as it was reported."""
    await conn.execute(_REPORT, *(recovery[name] for name in _REPORTED))


async def hold_reference(conn: asyncpg.Connection, bank_code: str, reference: str) -> None:
    """Until the transaction ends nobody else reports with this reference of the bank's, of which
    `reference` is the canonical form: claims of
    two pools have no lock in common. It comes after the pool's lock and the claim's."""
    if reference:
        await conn.execute(
            "select pg_advisory_xact_lock(hashtext('recovery:' || $1), hashtext($2))",
            bank_code,
            reference,
        )


async def write_shares(
    conn: asyncpg.Connection, recovery: Row, shares: Sequence[PartyShare]
) -> None:
    """Who gets how much. It never changes."""
    await conn.executemany(
        """insert into recovery_shares (recovery_id, claim_id, bank_code, place, party, party_code,
                                        amount_fen)
           values ($1, $2, $3, $4, $5, $6, $7)""",
        [
            (recovery["id"], recovery["claim_id"], recovery["bank_code"], place, one.party,
             one.party_code, one.amount_fen)
            for place, one in enumerate(shares, start=1)
        ],
    )  # fmt: skip

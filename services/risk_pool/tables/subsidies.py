"""What is written of a subsidy: its row as filed, and its moves.

Nothing here opens a transaction. Whoever decides holds the pool's lock.
"""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.subsidy import LIFE_CYCLE
from shared.life_cycle import Row, Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def about(subsidy: Row) -> dict[str, Any]:
    """What every event of a subsidy says of it."""
    return {
        "pool_code": subsidy["pool_code"],
        "loan_id": subsidy["loan_id"],
        "number": subsidy["loan_number"],
        "bank_code": subsidy["bank_code"],
        "borrower_name": subsidy["borrower_name"],
        "subsidy_id": subsidy["id"],
        "subsidy_number": subsidy["number"],
    }


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="subsidy",
    table="subsidies",
    columns={
        "reviewed_by": "text",
        "approved_by": "text",
        "booked_on": "date",
        "amount_fen": "bigint",
        "payee": "text",
        "payee_code": "text",
        "shares": "jsonb",
        "explanation_id": "uuid",
    },
    about=about,
    absent=Words("没有该补贴申请", "There is no such subsidy."),
    waits=CasesWait(
        topic="risk_pool",
        loan="k.loan_id",
        firm="k.borrower_name",
        amount="k.fee_fen",
        page="'/subsidies/' || k.id",
    ),
)

_FILED = (
    "id", "number", "pool_code", "bank_code", "loan_id", "loan_number", "borrower_uscc",
    "borrower_name", "programme", "mode", "terms_on", "code", "product", "state", "state_since",
    "due_on", "filed_on", "filed_at", "since", "until", "principal_fen", "rate_bp",
    "interest_paid_fen", "fee_fen", "policy_id", "policy_premium_fen", "fee_reason", "market_rate_bp", "settled_on", "attributes", "documents",
)  # fmt: skip
_FILE = f"""
    insert into subsidies ({", ".join(_FILED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_FILED, start=1))})
"""


async def insert(conn: asyncpg.Connection, subsidy: Mapping[str, Any]) -> None:
    """Keep a subsidy as it was filed."""
    await conn.execute(_FILE, *(subsidy[name] for name in _FILED))


async def join_firm(
    conn: asyncpg.Connection, subsidy: Row, *, role: str, now: Any, today: Any
) -> None:
    """The firm that is paid stands on the settlement by its credit code and name."""
    await conn.execute(
        """insert into parties (pool_code, code, role, name, joined_on, created_at)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing""",
        subsidy["pool_code"],
        subsidy["borrower_uscc"],
        role,
        subsidy["borrower_name"],
        today,
        now,
    )

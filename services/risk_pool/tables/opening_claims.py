"""Claims that were paid before their pool was taken over: rows as if they had come by the usual way.
Whoever writes holds the pool's lock; states and moves are the machine's to write."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from services.risk_pool.domain.shares import PartyShare
from services.risk_pool.tables.claims import write_first_split
from shared.schemes.decide.claims import Borne

_CLAIM = {
    "id": "uuid", "number": "text", "pool_code": "text", "bank_code": "text", "loan_id": "uuid",
    "loan_number": "text", "borrower_uscc": "text", "borrower_name": "text",
    "programme": "text", "mode": "text", "scheme_version": "text", "terms_on": "date",
    "state": "text", "state_since": "timestamptz", "claimed_on": "date",
    "filed_at": "timestamptz", "stated_on": "date", "outstanding_principal_fen": "bigint",
    "interest_arrears_fen": "bigint", "penalty_interest_fen": "bigint", "costs_fen": "bigint",
    "ip_share_bp": "int", "ip_amount_fen": "bigint", "loan_amount_fen": "bigint",
    "facts": "jsonb", "documents": "jsonb", "approved_on": "date",
    "approved_principal_fen": "bigint", "base_fen": "bigint", "covered_fen": "bigint",
    "decided_version": "text", "residual": "text", "rounding": "text", "bearer": "text",
    "recovery_order": "text", "recovered_by": "text", "interest_outside_fen": "bigint",
    "pool_pays_fen": "bigint", "paid_fen": "bigint", "paid_on": "date", "voucher": "text",
    "explanation_id": "uuid",
}  # fmt: skip


async def insert_paid(
    conn: asyncpg.Connection,
    claims: Sequence[tuple[Mapping[str, Any], Sequence[PartyShare], Borne]],
    *,
    now: datetime,
) -> None:
    """Keep claims with what each party bore."""
    names = ", ".join(_CLAIM)
    await conn.execute(
        f"""insert into claims ({names}) select {names} from jsonb_to_recordset($1::jsonb)
                as r ({", ".join(f"{name} {kind}" for name, kind in _CLAIM.items())})""",
        [{name: _plain(claim[name]) for name in _CLAIM} for claim, _, _ in claims],
    )
    for claim, shares, borne in claims:
        await write_first_split(conn, claim, shares, borne)


def _plain(value: Any) -> Any:
    if isinstance(value, (str, int, dict, list)) or value is None:
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)

"""Monthly positions of loans: each report of a month is a new version of its row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.risk_pool.tables.facts import POSITIONS
from shared.postgres.touched import touch


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPosition:
    """A position as it is kept: what the bank reported, and the covered part of it."""

    loan_id: UUID
    month: str
    pool_code: str
    bank_code: str
    version: int
    outstanding_principal_fen: int
    covered_principal_fen: int
    overdue_days: int
    interest_arrears_fen: int
    penalty_interest_fen: int
    risk_class: str
    reported_on: date


_COLUMNS = {
    "loan_id": "uuid", "month": "text", "pool_code": "text", "bank_code": "text",
    "version": "int", "outstanding_principal_fen": "bigint", "covered_principal_fen": "bigint",
    "overdue_days": "int", "interest_arrears_fen": "bigint", "penalty_interest_fen": "bigint",
    "risk_class": "text", "reported_on": "date",
}  # fmt: skip
_SAME = ("loan_id", "month", "pool_code", "bank_code")

_STORE = f"""
    insert into positions ({", ".join(_COLUMNS)}, stored_at)
    select new.*, $1
    from unnest({", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_COLUMNS.values(), 2))})
         as new ({", ".join(_COLUMNS)})
    on conflict (loan_id, month) do update
    set {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _SAME)},
        stored_at = excluded.stored_at
"""


async def store_positions(
    conn: asyncpg.Connection, positions: Sequence[StoredPosition], *, now: datetime
) -> None:
    """Keep positions, as one statement."""
    if not positions:
        return
    columns = [[getattr(one, name) for one in positions] for name in _COLUMNS]
    await conn.execute(_STORE, now, *columns)
    touch(conn, POSITIONS, loans=[one.loan_id for one in positions])


async def versions_of(
    conn: asyncpg.Connection, asked: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], int]:
    """(loan, month) → the version that is kept; what was never reported is left out."""
    rows = await conn.fetch(
        """select loan_id, month, version from positions
           join unnest($1::uuid[], $2::text[]) as asked (loan_id, month) using (loan_id, month)""",
        [loan_id for loan_id, _ in asked],
        [month for _, month in asked],
    )
    return {(row["loan_id"], row["month"]): row["version"] for row in rows}

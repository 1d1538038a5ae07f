"""Co-investments: what is written of one, and its moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.co_investment import LIFE_CYCLE
from shared.auth.identity import Identity
from shared.life_cycle import Row, Words
from shared.transitions import CaseTable


def _about(row: Row) -> Mapping[str, Any]:
    return {
        "loan_id": row["application_id"],
        "number": row["case_number"],
        **{
            name: row[name] for name in ("bank_code", "pool_code", "borrower_uscc", "borrower_name")
        },
        "co_investment_id": row["id"],
        "kind": row["kind"],
        "investor_uscc": row["investor_uscc"],
        "investor_name": row["investor_name"],
        "amount_fen": row["amount_fen"],
    }


CO_INVESTMENTS: Final = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="co_investment",
    table="co_investments",
    columns={"paid_on": "date", "withdrawn_on": "date"},
    about=_about,
    absent=Words("没有这项投资承诺", "There is no such commitment."),
)

_LOCKED: Final = """
select c.*, a.number as case_number, a.pool_code, a.borrower_uscc, a.borrower_name
from co_investments as c join applications as a on a.id = c.application_id
where c.id = $1 for update of c
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommitment:
    """What a fund commits beside a loan."""

    kind: str
    investor_uscc: str
    investor_name: str
    amount_fen: int
    committed_on: date


async def insert(
    conn: asyncpg.Connection, co_investment_id: UUID, case: Row, new: NewCommitment, *, state: str,
    document_id: UUID | None, by: Identity, now: datetime,
) -> None:  # fmt: skip
    """Keep a commitment beside a locked case."""
    await conn.execute(
        """insert into co_investments
               (id, application_id, bank_code, kind, investor_uscc, investor_name, amount_fen,
                committed_on, document_id, state, state_since, recorded_by, recorded_name,
                recorded_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $11)""",
        co_investment_id, case["id"], case["bank_code"], new.kind, new.investor_uscc,
        new.investor_name, new.amount_fen, new.committed_on, document_id, state, now, by.subject,
        by.name,
    )  # fmt: skip


async def locked(conn: asyncpg.Connection, co_investment_id: UUID) -> asyncpg.Record:
    """The row, locked, with what its case says of itself. Its case is locked."""
    return await conn.fetchrow(_LOCKED, co_investment_id)

"""Changes of loans that banks have asked for: how they are kept, locked and carried out."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.loan_change import LIFE_CYCLE, UNDECIDED, Change
from services.applications.tables.facts import LOAN_MATURITY
from shared.life_cycle import Row
from shared.postgres.literals import literals
from shared.postgres.touched import touch
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait

LOAN_CHANGES: Final = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="loan_change",
    table="loan_changes",
    columns={"recommended_by": "text", "decided_by": "text", "decided_on": "date"},
    waits=CasesWait(
        topic="applications",
        number="a.number",
        pool="a.pool_code",
        loan="k.loan_id",
        joined="join applications a on a.id = k.loan_id",
        firm="a.borrower_name",
        amount="a.amount_fen",
        page="'/cases/' || k.loan_id",
    ),
)


_ADD: Final = f"""
insert into loan_changes (id, loan_id, bank_code, kind, matured_on, matures_on, reason, plan,
                          papers, state, version, state_since, due_on, requested_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13)
on conflict (loan_id) where state in ({literals(UNDECIDED)}) do nothing
returning true
"""


async def add(
    conn: asyncpg.Connection, change_id: UUID, loan: Row, change: Change, *, state: str,
    due_on: date | None, by: str, now: datetime,
) -> bool:  # fmt: skip
    """Keep what a bank asks for a locked loan. False where another change of it is undecided."""
    kept = await conn.fetchval(
        _ADD,
        change_id, loan["id"], loan["bank_code"], change.kind, loan["matures_on"],
        change.matures_on, change.reason, change.plan, list(change.papers), state, now, due_on, by,
    )  # fmt: skip
    return kept is not None


async def loan_of(conn: asyncpg.Connection, change_id: UUID) -> UUID | None:
    """The loan that a change is of; it is locked before the change is."""
    found: UUID | None = await conn.fetchval(
        "select loan_id from loan_changes where id = $1", change_id
    )
    return found


async def locked(conn: asyncpg.Connection, change_id: UUID) -> asyncpg.Record | None:
    """The change's row, locked."""
    return await conn.fetchrow("select * from loan_changes where id = $1 for update", change_id)


async def move_maturity(
    conn: asyncpg.Connection, loan_id: UUID, *, matures_on: date, decided_on: date
) -> None:
    """The loan ends on another day, by a decision of a day."""
    await conn.execute(
        "update loans set matures_on = $2, changed_on = $3 where application_id = $1",
        loan_id,
        matures_on,
        decided_on,
    )
    touch(conn, LOAN_MATURITY, loans=[loan_id])

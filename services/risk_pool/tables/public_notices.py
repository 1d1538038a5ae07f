"""What is written of public notices. Whoever writes one holds its pool's lock."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.public_notice import LIFE_CYCLE, Listed
from shared.life_cycle import Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait

CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="public_notice",
    table="public_notices",
    bank=None,
    columns={
        "opens_on": "date",
        "last_day": "date",
        "approved_by": "text",
        "approved_name": "text",
        "published_on": "date",
        "ended_on": "date",
        "shown_until": "date",
        "removed_on": "date",
        "removed_because": "text",
    },
    absent=Words("没有该公示", "There is no such public notice."),
    waits=CasesWait(topic="risk_pool", page="'/public-notices/' || k.id", firm="k.title"),
)

_PREPARED = (
    "id", "number", "pool_code", "title", "state", "state_since", "due_on", "opens_on", "working_days",
    "last_day", "days_after", "corrects", "corrects_number", "prepared_by", "prepared_name", "prepared_at",
)  # fmt: skip
_PREPARE = f"""
    insert into public_notices ({", ".join(_PREPARED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_PREPARED, start=1))})
"""
_CASE = """
    insert into public_notice_cases (notice_id, place, case_kind, case_id, case_number, review,
        bank_code, loan_id, loan_number, borrower_name, last_day, public)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


async def insert(
    conn: asyncpg.Connection, notice: Mapping[str, Any], listed: Sequence[Listed]
) -> None:
    """Keep a notice as it was prepared, with its cases in their order."""
    await conn.execute(_PREPARE, *(notice[name] for name in _PREPARED))
    await conn.executemany(
        _CASE,
        [
            (
                notice["id"], place, one.kind, one.case_id, one.case_number, one.review,
                one.bank_code, one.loan_id, one.loan_number, one.borrower_name, one.last_day,
                dict(one.public),
            )
            for place, one in enumerate(listed, start=1)
        ],
    )  # fmt: skip


async def hold_against_moves(conn: asyncpg.Connection, notice_id: UUID) -> asyncpg.Record:
    """A notice that exists, as it stands; nobody moves it before the transaction ends."""
    row = await conn.fetchrow("select * from public_notices where id = $1 for share", notice_id)
    assert row is not None
    return row


async def write_outcomes(
    conn: asyncpg.Connection, notice_id: UUID, outcomes: Mapping[int, str]
) -> None:
    """What the notice came to for each place."""
    await conn.executemany(
        "update public_notice_cases set outcome = $3 where notice_id = $1 and place = $2",
        [(notice_id, place, outcome) for place, outcome in outcomes.items()],
    )

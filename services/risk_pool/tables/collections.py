"""What is written of a collection: its row, steps and instalments, and its moves.

Whoever writes holds the pool's lock.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import asyncpg

from services.risk_pool.domain.collection import LIFE_CYCLE, Instalment, stage_of
from shared.life_cycle import Person, Row, Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def about(collection: Row) -> dict[str, Any]:
    """What every event of a collection says of it."""
    said = ("pool_code", "bank_code", "loan_id", "borrower_name", "claim_id", "claim_number")
    named = {"collection_id": collection["id"], "number": collection["loan_number"]}
    return named | {name: collection[name] for name in said}


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="collection",
    table="collections",
    columns={
        "agreement": "integer",
        "agreed_on": "date",
        "conclusion": "text",
        "conclusion_reason": "text",
        "proposed_by": "text",
        "proposed_name": "text",
        "concluded_by": "text",
        "concluded_name": "text",
        "concluded_on": "date",
    },
    about=about,
    absent=Words("没有该追偿", "There is no such collection."),
    waits=CasesWait(
        topic="risk_pool",
        number="k.claim_number",
        loan="k.loan_id",
        firm="k.borrower_name",
        page="'/claims/' || k.claim_id || '/collection'",
    ),
)

_BEGUN = (
    "id", "claim_id", "claim_number", "pool_code", "bank_code", "loan_id", "loan_number",
    "borrower_name", "collector", "plan", "state", "state_since", "due_on", "begun_by",
    "begun_name", "begun_on",
)  # fmt: skip
_BEGIN = f"""
    insert into collections ({", ".join(_BEGUN)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_BEGUN, start=1))})
"""


async def insert(conn: asyncpg.Connection, collection: Mapping[str, Any]) -> None:
    """Keep a collection as it was begun."""
    await conn.execute(_BEGIN, *(collection[name] for name in _BEGUN))


async def add_step(
    conn: asyncpg.Connection,
    collection: Row,
    *,
    kind: str,
    taken_on: date,
    note: str,
    reference: str,
    papers: Sequence[Mapping[str, Any]],
    by: Person,
    now: datetime,
) -> None:
    """One more thing was done to collect."""
    await conn.execute(
        """insert into collection_steps (collection_id, number, bank_code, kind, taken_on, note,
                                         reference, papers, recorded_by, recorded_name,
                                         recorded_at)
           select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10
           from collection_steps where collection_id = $1""",
        collection["id"],
        collection["bank_code"],
        kind,
        taken_on,
        note,
        reference,
        list(papers),
        by.subject,
        by.name,
        now,
    )


async def add_instalments(
    conn: asyncpg.Connection, collection: Row, agreement: int, instalments: Sequence[Instalment]
) -> None:
    """What was agreed now; the agreement before stays as it was."""
    await conn.executemany(
        """insert into collection_instalments (collection_id, agreement, place, bank_code, due_on,
                                               amount_fen)
           values ($1, $2, $3, $4, $5, $6)""",
        [
            (collection["id"], agreement, place, collection["bank_code"], one.due_on,
             one.amount_fen)
            for place, one in enumerate(instalments, start=1)
        ],
    )  # fmt: skip


async def remind(
    conn: asyncpg.Connection, rows: Sequence[Row], *, today: date, now: datetime
) -> None:
    """Keep that the bank is reminded of these instalments."""
    await conn.executemany(
        """insert into collection_reminders (collection_id, agreement, due_on, stage, bank_code,
                                             left_fen, told_on, told_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        [
            (row["id"], row["agreement"], row["due_on"], stage_of(row["due_on"], today=today),
             row["bank_code"], row["left_fen"], today, now)
            for row in rows
        ],
    )  # fmt: skip

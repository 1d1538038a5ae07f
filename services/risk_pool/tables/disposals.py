"""What is written of a disposal: its row, its rights, rounds and costs, and its moves.

Whoever writes holds the pool's lock.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim_details import CostStated
from services.risk_pool.domain.disposal import LIFE_CYCLE
from services.risk_pool.domain.disposal_checks import Right
from shared.life_cycle import Person, Row, Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def about(disposal: Row) -> dict[str, Any]:
    """What every event of a disposal says of it."""
    named = {"disposal_id": disposal["id"], "disposal_number": disposal["number"]}
    said = ("pool_code", "bank_code", "loan_id", "borrower_name")
    return named | {"number": disposal["loan_number"]} | {name: disposal[name] for name in said}


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="disposal",
    table="disposals",
    columns={
        "appraisal_fen": "bigint",
        "appraiser": "text",
        "appraised_on": "date",
        "way": "text",
        "price_fen": "bigint",
        "buyer": "text",
        "proceeds_fen": "bigint",
        "sold_on": "date",
        "costs_fen": "bigint",
        "proposed_by": "text",
        "proposed_name": "text",
        "ended_by": "text",
        "ended_name": "text",
        "ended_on": "date",
        "end_reason": "text",
    },
    about=about,
    absent=Words("没有该质物处置", "There is no such disposal."),
    waits=CasesWait(
        topic="risk_pool",
        loan="k.loan_id",
        firm="k.borrower_name",
        page="'/disposals/' || k.id",
    ),
)

_OPENED = (
    "id", "number", "pool_code", "bank_code", "loan_id", "loan_number", "borrower_name", "reason",
    "state", "state_since", "due_on", "opened_by", "opened_name", "opened_on",
)  # fmt: skip
_OPEN = f"""
    insert into disposals ({", ".join(_OPENED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_OPENED, start=1))})
"""


async def insert(
    conn: asyncpg.Connection, disposal: Mapping[str, Any], rights: Sequence[Right]
) -> None:
    """Keep a disposal as it was opened, with its rights."""
    await conn.execute(_OPEN, *(disposal[name] for name in _OPENED))
    await conn.executemany(
        """insert into disposal_rights (disposal_id, place, bank_code, loan_id, kind, number,
                                        number_canonical, name)
           values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        [
            (disposal["id"], place, disposal["bank_code"], disposal["loan_id"], one.kind,
             one.number, one.canonical, one.name)
            for place, one in enumerate(rights, start=1)
        ],
    )  # fmt: skip


async def add_round(
    conn: asyncpg.Connection,
    disposal: Row,
    *,
    way: str,
    price_fen: int,
    venue: str,
    offered_on: date,
    until: date,
) -> None:
    """The rights are offered once more."""
    await conn.execute(
        """insert into disposal_rounds (disposal_id, round, bank_code, way, price_fen, venue,
                                        offered_on, until)
           select $1, coalesce(max(round), 0) + 1, $2, $3, $4, $5, $6, $7
           from disposal_rounds where disposal_id = $1""",
        disposal["id"],
        disposal["bank_code"],
        way,
        price_fen,
        venue,
        offered_on,
        until,
    )


async def end_round(
    conn: asyncpg.Connection, disposal_id: UUID, *, failed_on: date | None, outcome: str
) -> None:
    """What came of the last round. `failed_on`: None where somebody has bought."""
    await conn.execute(
        """update disposal_rounds set failed_on = $2, outcome = $3
           where disposal_id = $1
             and round = (select max(round) from disposal_rounds where disposal_id = $1)""",
        disposal_id,
        failed_on,
        outcome,
    )


async def add_cost(
    conn: asyncpg.Connection, disposal: Row, cost: CostStated, *, by: Person, now: datetime
) -> None:
    """One more cost by its receipt."""
    await conn.execute(
        """insert into disposal_costs (disposal_id, place, bank_code, kind, reference, amount_fen,
                                       paid_on, added_by, added_at)
           select $1, coalesce(max(place), 0) + 1, $2, $3, $4, $5, $6, $7, $8
           from disposal_costs where disposal_id = $1""",
        disposal["id"],
        disposal["bank_code"],
        cost.kind,
        cost.reference,
        cost.amount_fen,
        cost.paid_on,
        by.subject,
        now,
    )

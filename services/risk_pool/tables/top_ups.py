"""Top-up calls in PostgreSQL; what they ask of each contributor is planned money. Whoever writes holds
the pool's lock."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.planned_money import Planned
from services.risk_pool.domain.top_up import LIFE_CYCLE, OPEN, State
from services.risk_pool.tables.facts import ITEMS
from shared.life_cycle import Row, Words
from shared.postgres.literals import literals
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def _about(call: Row) -> Mapping[str, Any]:
    said = ("pool_code", "number", "amount_fen", "pay_by", "line_fen", "available_fen", "reason")
    return {name: call[name] for name in said} | {"call_id": call["id"]}


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="top_up_call",
    touches={State.CALLED: ITEMS},
    pool="pool_code",
    table="top_up_calls",
    bank=None,
    columns={"decided_by": "text", "decided_name": "text", "decided_on": "date"},
    about=_about,
    absent=Words("没有该补仓通知", "There is no such call."),
    waits=CasesWait(
        topic="risk_pool",
        amount="k.amount_fen",
        page="'/pools/' || k.pool_code || '/top-ups'",
    ),
)

_RAISED = (
    "id", "number", "pool_code", "amount_fen", "pay_by", "reason", "line_fen", "available_fen",
    "called_fen", "claims_fen", "paid_in_fen", "state", "state_since", "due_on", "raised_by",
    "raised_name", "raised_at",
)  # fmt: skip
_RAISE = f"""
    insert into top_up_calls ({", ".join(_RAISED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_RAISED, start=1))})
"""


async def insert(
    conn: asyncpg.Connection, call: Mapping[str, Any], parts: Sequence[Planned]
) -> None:
    """Keep a call as it was raised; nothing of it is expected before it is called."""
    await conn.execute(_RAISE, *(call[name] for name in _RAISED))
    await conn.executemany(
        """insert into planned_money (pool_code, reference, direction, party_code, amount_fen,
                                      due_on, fee_kind, call_id)
           values ($1, $2, $3, $4, $5, $6, '', $7)""",
        [
            (call["pool_code"], one.reference, one.direction, one.party_code, one.amount_fen,
             one.due_on, call["id"])
            for one in parts
        ],
    )  # fmt: skip


async def expect(conn: asyncpg.Connection, call_id: UUID, *, since: date) -> None:
    """From this day on what the call asks for is expected."""
    await conn.execute("update planned_money set since = $2 where call_id = $1", call_id, since)


async def is_open(conn: asyncpg.Connection, pool_code: str) -> bool:
    """Whether a call waits to be decided."""
    found: bool = await conn.fetchval(
        f"""select exists (select from top_up_calls
                           where pool_code = $1 and state in ({literals(OPEN)}))""",
        pool_code,
    )
    return found

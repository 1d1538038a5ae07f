"""Orders to move a breaker by hand. Whoever writes one holds its pool's lock."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.breaker_order import LIFE_CYCLE, OPEN
from shared.life_cycle import Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait

ORDERS = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="breaker_order",
    table="breaker_orders",
    columns={
        "decided_by": "text",
        "decided_by_name": "text",
        "decided_at": "timestamptz",
        "refusal": "text",
    },
    absent=Words("没有该指令", "There is no such order."),
    waits=CasesWait(
        topic="risk_pool",
        number="coalesce(nullif(k.bank_code, ''), k.pool_code)",
        page="'/pools/' || k.pool_code || '/breakers'",
    ),
)

_PROPOSED = (
    "id", "pool_code", "bank_code", "order_kind", "reason", "state", "state_since", "proposed_by",
    "proposed_by_name", "proposed_at",
)  # fmt: skip
_PROPOSE = f"""
    insert into breaker_orders ({", ".join(_PROPOSED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_PROPOSED, start=1))})
"""


async def insert(conn: asyncpg.Connection, order: Mapping[str, Any]) -> None:
    """Keep an order as it was proposed."""
    await conn.execute(_PROPOSE, *(order[name] for name in _PROPOSED))


async def is_open(conn: asyncpg.Connection, pool_code: str, bank_code: str) -> bool:
    """Whether an order about this breaker waits to be decided."""
    found: bool = await conn.fetchval(
        """select exists (select from breaker_orders where pool_code = $1 and bank_code = $2
                            and state = any($3::text[]))""",
        pool_code,
        bank_code,
        list(OPEN),
    )
    return found

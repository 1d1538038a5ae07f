"""What is written of objections. The text and who wrote it stand here alone: no history row, event or
log line repeats them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import asyncpg

from services.risk_pool.domain.objection import LIFE_CYCLE
from shared.life_cycle import Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait

CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="objection",
    table="objections",
    bank=None,
    columns={
        "proposed_by": "text",
        "proposed_name": "text",
        "verdict": "text",
        "answer": "text",
        "decided_by": "text",
        "decided_name": "text",
        "decided_on": "date",
    },
    absent=Words("没有该异议", "There is no such objection."),
    waits=CasesWait(
        topic="risk_pool",
        page="'/objections/' || k.id",
        firm="c.borrower_name",
        joined="left join public_notice_cases c on c.notice_id = k.notice_id and c.place = k.place",
    ),
)

_FILED = (
    "id", "number", "secret_sha256", "notice_id", "pool_code", "place", "text", "name", "contact",
    "state", "state_since", "due_on", "filed_on", "filed_at",
)  # fmt: skip
_FILE = f"""
    insert into objections ({", ".join(_FILED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_FILED, start=1))})
"""
_COUNT = """
    insert into objection_counts as known (address, day, filed) values ($1, $2, 1)
    on conflict (address, day) do update set filed = known.filed + 1
    returning filed
"""


async def insert(conn: asyncpg.Connection, objection: Mapping[str, Any]) -> None:
    """Keep an objection as it was filed."""
    await conn.execute(_FILE, *(objection[name] for name in _FILED))


async def count_one_more(conn: asyncpg.Connection, address: bytes, today: date) -> int:
    """How many this makes of an address on this day; other days are forgotten."""
    await conn.execute("delete from objection_counts where day <> $1", today)
    filed: int = await conn.fetchval(_COUNT, address, today)
    return filed

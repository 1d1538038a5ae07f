"""Duties of pools in PostgreSQL. What was proposed never changes; the database refuses to.

Nothing here opens a transaction.
"""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.pool_duty import LIFE_CYCLE
from shared.life_cycle import Row
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def about(duty: Row) -> dict[str, Any]:
    """What every event of a duty says of it."""
    return {name: duty[name] for name in ("number", "person", "pools", "from_day")}


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="pool_duty",
    table="pool_duty_cases",
    bank=None,
    columns={"approved_at": "timestamptz", "approved_by": "text", "approved_by_name": "text"},
    about=about,
    waits=CasesWait(
        topic="risk_pool",
        number="k.number::text",
        pool="''",
        page="'/people/duties/' || k.number",
    ),
)

_PROPOSED = (
    "id", "number", "person", "person_name", "pools", "from_day", "reason", "proposed_at",
    "proposed_by", "proposed_by_name", "state", "state_since",
)  # fmt: skip
_PROPOSE = f"""
    insert into pool_duty_cases ({", ".join(_PROPOSED)})
    values ({", ".join(f"${n}" for n in range(1, len(_PROPOSED) + 1))})
"""


async def next_number(conn: asyncpg.Connection) -> int:
    """The number of the next duty; until the transaction ends nobody else gets one."""
    await conn.execute("select pg_advisory_xact_lock(hashtext('pool duties'))")
    number: int = await conn.fetchval("select coalesce(max(number), 0) + 1 from pool_duty_cases")
    return number


async def insert(conn: asyncpg.Connection, duty: Mapping[str, Any]) -> None:
    """Keep a duty as it was proposed."""
    await conn.execute(_PROPOSE, *(duty[name] for name in _PROPOSED))


async def lock(conn: asyncpg.Connection, number: int) -> asyncpg.Record | None:
    """A duty for deciding; None where there is none."""
    return await conn.fetchrow("select * from pool_duty_cases where number = $1 for update", number)

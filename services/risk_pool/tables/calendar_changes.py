"""Changes of the calendar in PostgreSQL. What was proposed never changes; the database refuses to.

Nothing here opens a transaction. Whoever writes holds the calendar.
"""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.calendar_change import LIFE_CYCLE
from shared.life_cycle import Row
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def about(change: Row) -> dict[str, Any]:
    """What every event of a change says of it."""
    return {name: change[name] for name in ("number", "year", "days", "reason")}


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="calendar_change",
    table="calendar_changes",
    bank=None,
    columns={"approved_at": "timestamptz", "approved_by": "text", "approved_by_name": "text"},
    about=about,
    waits=CasesWait(
        topic="risk_pool",
        number="k.number::text",
        pool="''",
        page="'/calendar/changes/' || k.number",
    ),
)

_PROPOSED = (
    "id", "number", "year", "days", "reason", "proposed_at", "proposed_by", "proposed_by_name",
    "state", "state_since",
)  # fmt: skip
_PROPOSE = f"""
    insert into calendar_changes ({", ".join(_PROPOSED)})
    values ({", ".join(f"${n}" for n in range(1, len(_PROPOSED) + 1))})
"""


async def hold_calendar(conn: asyncpg.Connection) -> None:
    """Until the transaction ends nobody else proposes or decides a change."""
    await conn.execute("select pg_advisory_xact_lock(hashtext('calendar changes'))")


async def insert(conn: asyncpg.Connection, change: Mapping[str, Any]) -> None:
    """Keep a change as it was proposed."""
    await conn.execute(_PROPOSE, *(change[name] for name in _PROPOSED))


async def next_number(conn: asyncpg.Connection) -> int:
    """The number that the next change gets. The calendar is held."""
    number: int = await conn.fetchval("select coalesce(max(number), 0) + 1 from calendar_changes")
    return number


async def lock(conn: asyncpg.Connection, number: int) -> asyncpg.Record | None:
    """A change for deciding, the calendar held; None where there is none."""
    await hold_calendar(conn)
    return await conn.fetchrow(
        "select * from calendar_changes where number = $1 for update", number
    )

"""Run-offs of pools in PostgreSQL. Whoever writes holds the pool's lock."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.run_off import BEGINS, LIFE_CYCLE, LIVE
from services.risk_pool.tables.facts import POOL
from shared.life_cycle import Row, Words
from shared.postgres.literals import literals
from shared.postgres.touched import touch
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def _about(run_off: Row) -> Mapping[str, Any]:
    return {
        "pool_code": run_off["pool_code"],
        "run_off_id": run_off["id"],
        "on": run_off["from_day"],
        "reason": run_off["reason"],
    }


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="run_off",
    table="run_offs",
    bank=None,
    columns={
        "decided_by": "text",
        "decided_name": "text",
        "decided_on": "date",
        "shares": "jsonb",
        "distribution_by": "text",
        "distribution_name": "text",
        "distributed_by": "text",
        "distributed_name": "text",
        "distributed_on": "date",
        "closed_on": "date",
    },
    about=_about,
    absent=Words("没有该清算决定", "There is no such run-off."),
    waits=CasesWait(
        topic="risk_pool",
        number="k.pool_code",
        page="'/pools/' || k.pool_code || '/run-off'",
    ),
)

_PROPOSED = (
    "id", "pool_code", "from_day", "reason", "keeps_reserved", "state", "state_since", "due_on",
    "proposed_by", "proposed_name", "proposed_at",
)  # fmt: skip
_PROPOSE = f"""
    insert into run_offs ({", ".join(_PROPOSED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_PROPOSED, start=1))})
"""


async def insert(conn: asyncpg.Connection, run_off: Mapping[str, Any]) -> None:
    """Keep a run-off as it was proposed."""
    await conn.execute(_PROPOSE, *(run_off[name] for name in _PROPOSED))


async def is_live(conn: asyncpg.Connection, pool_code: str) -> bool:
    """Whether the pool has a run-off that was not refused."""
    found: bool = await conn.fetchval(
        f"""select exists (select from run_offs
                           where pool_code = $1 and state in ({literals(LIVE)}))""",
        pool_code,
    )
    return found


async def to_begin(conn: asyncpg.Connection, today: date) -> list[asyncpg.Record]:
    """Run-offs whose day has come and whose beginning has not been carried out."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select id, pool_code from run_offs
            where state in ({literals(BEGINS)}) and begun_on is null and from_day <= $1
            order by pool_code""",
        today,
    )
    return rows


async def mark_begun(conn: asyncpg.Connection, run_off_id: UUID, *, on: date) -> None:
    """What was held is let go, or kept, and who waited has been told: once."""
    await conn.execute("update run_offs set begun_on = $2 where id = $1", run_off_id, on)


async def set_run_off(conn: asyncpg.Connection, pool_code: str, *, from_day: date) -> None:
    """From this day on the pool takes nothing new."""
    await conn.execute(
        "update pools set run_off_from = $2, version = version + 1 where code = $1",
        pool_code,
        from_day,
    )


async def set_closed(conn: asyncpg.Connection, pool_code: str, *, on: date) -> None:
    """The pool is closed."""
    await conn.execute(
        "update pools set closed_on = $2, version = version + 1 where code = $1", pool_code, on
    )
    touch(conn, POOL, pools=[pool_code])

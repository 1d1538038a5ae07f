"""Versions of programmes in PostgreSQL. What was proposed never changes; the database refuses to.

Nothing here opens a transaction. Whoever writes holds the programme.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.programme_version import LIFE_CYCLE
from shared.life_cycle import Row
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def about(version: Row) -> dict[str, Any]:
    """What every event of a version says of it."""
    return {
        name: version[name]
        for name in ("programme", "number", "in_force_from", "sha256", "text", "common_text")
    }


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="programme_version",
    table="programme_versions",
    bank=None,
    columns={"published_at": "timestamptz", "published_by": "text", "published_by_name": "text"},
    about=about,
    waits=CasesWait(
        topic="risk_pool",
        number="k.programme || ' ' || k.number",
        pool="''",
        page="'/programmes/' || k.programme || '/' || k.number",
    ),
)

_PROPOSED = (
    "id", "programme", "number", "in_force_from", "text", "common_text", "sha256", "accepted",
    "proposed_at", "proposed_by", "proposed_by_name", "state", "state_since",
)  # fmt: skip
_PROPOSE = f"""
    insert into programme_versions ({", ".join(_PROPOSED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_PROPOSED, start=1))})
"""


async def hold_programme(conn: asyncpg.Connection, programme: str) -> None:
    """Until the transaction ends nobody else proposes or publishes a version of it."""
    await conn.execute("select pg_advisory_xact_lock(hashtext('programme:' || $1))", programme)


async def insert(conn: asyncpg.Connection, version: Mapping[str, Any]) -> None:
    """Keep a version as it was proposed."""
    await conn.execute(_PROPOSE, *(version[name] for name in _PROPOSED))


async def next_number(conn: asyncpg.Connection, programme: str) -> int:
    """The number that the programme's next version gets. The programme is held."""
    number: int = await conn.fetchval(
        "select coalesce(max(number), 0) + 1 from programme_versions where programme = $1",
        programme,
    )
    return number


async def newest_in_force_from(conn: asyncpg.Connection, programme: str) -> date | None:
    """From when the newest published version is in force; None where there is none."""
    newest: date | None = await conn.fetchval(
        "select max(in_force_from) from published_schemes where programme = $1", programme
    )
    return newest


async def lock(conn: asyncpg.Connection, version_id: UUID) -> asyncpg.Record | None:
    """A version for changing, its programme held; None where there is none."""
    programme = await conn.fetchval(
        "select programme from programme_versions where id = $1", version_id
    )
    if programme is None:
        return None
    await hold_programme(conn, programme)
    return await conn.fetchrow(
        "select * from programme_versions where id = $1 for update", version_id
    )

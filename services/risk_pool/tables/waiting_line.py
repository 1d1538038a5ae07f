"""The waiting lines of pools in PostgreSQL. Whoever walks one holds its pool's lock.

The order is that of approval: by its day, then by the number that each is given as it joins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import IN_LINE, Coverage
from shared.postgres.literals import literals

# Literals, so that the index over those who wait is used.
_WAITS = f"state in ({literals(IN_LINE)})"
_COLUMNS = tuple(field.name for field in fields(Coverage))
_LINE = f"""
    select {", ".join(_COLUMNS)}, programme, due_on, line_no, limits from coverages
    where pool_code = $1 and {_WAITS} order by approved_on, line_no
"""
_RENUMBER = f"""
    update coverages as kept set line_place = counted.place
    from (
        select loan_id, row_number() over (order by approved_on, line_no)::integer as place
        from coverages where pool_code = $1 and {_WAITS}
    ) as counted
    where kept.loan_id = counted.loan_id and kept.line_place is distinct from counted.place
"""
_KEEP_LIMITS = """
    update coverages as kept set limits = new.limits
    from jsonb_to_recordset($1::jsonb) as new (loan_id uuid, limits jsonb)
    where kept.loan_id = new.loan_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiter:
    """A loan that waits for room, and what its request was."""

    coverage: Coverage
    programme: str
    due_on: date
    """The last day on which its approval is valid."""
    line_no: int
    limits: Sequence[Mapping[str, Any]]
    """What held it up when the line was last walked."""


async def line_of(conn: asyncpg.Connection, pool_code: str) -> list[Waiter]:
    """Those who wait, the first in line first."""
    return [
        Waiter(
            coverage=Coverage(**{name: row[name] for name in _COLUMNS}),
            programme=row["programme"],
            due_on=row["due_on"],
            line_no=row["line_no"],
            limits=row["limits"],
        )
        for row in await conn.fetch(_LINE, pool_code)
    ]


async def pools_with_a_line(conn: asyncpg.Connection) -> list[str]:
    """The pools in which somebody waits."""
    rows = await conn.fetch(
        f"select distinct pool_code from coverages where {_WAITS} order by pool_code"
    )
    return [row["pool_code"] for row in rows]


async def anybody_in(conn: asyncpg.Connection, pool_code: str) -> bool:
    """Whether somebody waits in a pool."""
    found: bool = await conn.fetchval(
        f"select exists (select from coverages where pool_code = $1 and {_WAITS})", pool_code
    )
    return found


async def renumber(conn: asyncpg.Connection, pool_code: str) -> None:
    """Give everybody in the line the place where they stand now."""
    await conn.execute(_RENUMBER, pool_code)


async def keep_limits(
    conn: asyncpg.Connection, found: Mapping[UUID, Sequence[Mapping[str, Any]]]
) -> None:
    """What holds them up now, as one statement."""
    if found:
        rows = [{"loan_id": str(loan), "limits": list(limits)} for loan, limits in found.items()]
        await conn.execute(_KEEP_LIMITS, rows)

"""Who might be told of something: banks of a pool, institutions whose machines ask for a type."""

from collections.abc import Sequence

import asyncpg

from services.notifications.domain.receivers import TOLD

_MACHINES = """
    select distinct r.institution, asked.event_type
    from receivers r
    join unnest($1::text[]) as asked (event_type)
      on r.event_types = '{}' or asked.event_type = any (r.event_types)
    where not r.for_people and r.state = any ($2)
"""

_BANKS = """
    select pool_code, array_agg(bank_code order by bank_code) as banks from pool_banks
    where pool_code = any ($1) group by pool_code
"""


async def machines_that_ask(
    conn: asyncpg.Connection, event_types: Sequence[str]
) -> set[tuple[str, str]]:
    """Which institutions have a machine for which of these types, as (institution, type)."""
    rows = await conn.fetch(_MACHINES, event_types, sorted(TOLD)) if event_types else ()
    return {(row["institution"], row["event_type"]) for row in rows}


async def banks_of(conn: asyncpg.Connection, pools: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The banks that have had a case in each of these pools."""
    rows = await conn.fetch(_BANKS, pools)
    return {row["pool_code"]: tuple(row["banks"]) for row in rows}

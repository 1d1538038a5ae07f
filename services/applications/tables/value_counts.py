"""How many valuations there are of each amount: counted over all cases, and kept where that takes long.

All banks together are one more bank, all pools one more pool. What is kept is as old as its last count, and says so.
"""

import time
from datetime import datetime
from typing import Final

import asyncpg

from services.applications.tables.counted import ALL

LONG_MILLISECONDS: Final = 200
"""What is counted within this is counted when it is asked for."""

SAID: Final = """
    select a.bank_code, a.pool_code, c.kind, coalesce(a.attributes ->> 'industry', '') as industry,
           v.method, v.amount_fen
    from valuations as v
    join applications as a on a.id = v.application_id and a.revision = v.revision
    join collateral as c
        on (c.application_id, c.revision, c.collateral_no)
         = (v.application_id, v.revision, v.collateral_no)
"""
"""Every valuation of a case as it stands."""

_LOCK: Final = "select pg_try_advisory_xact_lock(hashtext('value_counts'))"
_COUNT: Final = f"""
    insert into value_counts
        (bank_code, pool_code, kind, industry, method, amount_fen, valuations)
    select coalesce(bank_code, '{ALL}'), coalesce(pool_code, '{ALL}'), kind, industry, method,
           amount_fen, count(*)
    from ({SAID}) as said
    group by kind, industry, method, amount_fen, grouping sets ((), (bank_code), (pool_code))
"""


async def count_anew(conn: asyncpg.Connection, *, now: datetime) -> float:
    """Count all valuations in a transaction that sees everything; how many seconds that took. Nothing is
    done (0) while another process does it."""
    if not await conn.fetchval(_LOCK):
        return 0.0
    begun = time.monotonic()
    await conn.execute("delete from value_counts")
    await conn.execute(_COUNT)
    seconds = time.monotonic() - begun
    await conn.execute("delete from value_counts_made")
    await conn.execute("insert into value_counts_made values ($1, $2)", now, int(seconds * 1000))
    return seconds


async def kept_at(conn: asyncpg.Connection) -> datetime | None:
    """When what is kept was counted; None where that is quick, or was never done: then it is counted now."""
    at: datetime | None = await conn.fetchval(
        "select at from value_counts_made where milliseconds >= $1", LONG_MILLISECONDS
    )
    return at

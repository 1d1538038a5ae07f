"""The figures of a month and of the one before, as their settlements have kept them."""

from typing import Any

import asyncpg

from services.risk_pool.domain.month_comparison import OF_LOANS, Figures, seen
from services.risk_pool.queries import settlements as known
from services.risk_pool.queries.statements import loans_of_parties
from shared.sides import reader_of


async def figures(
    conn: asyncpg.Connection, settlement: asyncpg.Record | None, *, is_pools: bool
) -> Figures:
    """Party → its figures, as far as the institution may see them; nothing of a month that was never
    previewed. `is_pools`: whether the reader is of the pool, and not a party."""
    if settlement is None:
        return {}
    rows = await known.statements(conn, settlement["id"])
    loans = await loans_of_parties(conn, settlement, [row["party_code"] for row in rows])
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        party = row["party_code"]
        own = party == settlement["pool_code"]
        found[party] = dict(seen(row, reader_of(is_pools, row_is_pools=own)))
        found[party] |= {kind: loans[party].get(kind, 0) for kind in OF_LOANS}
    return found

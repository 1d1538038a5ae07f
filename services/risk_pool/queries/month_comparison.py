"""The figures of a month and of the one before, as their settlements have kept them."""

from typing import Any

import asyncpg

from services.risk_pool.domain.month_comparison import OF_LOANS, OF_STATEMENT, Figures
from services.risk_pool.queries import settlements as known
from services.risk_pool.queries.statements import loans_of_parties


async def figures(conn: asyncpg.Connection, settlement: asyncpg.Record | None) -> Figures:
    """Party → its figures, as far as the institution may see them; nothing of a month that was never
    previewed."""
    if settlement is None:
        return {}
    rows = await known.statements(conn, settlement["id"])
    loans = await loans_of_parties(conn, settlement, [row["party_code"] for row in rows])
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        party = row["party_code"]
        found[party] = {kind: row[kind] for kind in OF_STATEMENT}
        found[party] |= {kind: loans[party].get(kind, 0) for kind in OF_LOANS}
    return found

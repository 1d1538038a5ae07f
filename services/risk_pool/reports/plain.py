"""A statement as JSON, with the loans up to a number; the rest is paged by the API."""

import json
from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.queries import settlements
from services.risk_pool.reports.amounts import in_yuan

MOST_LINES = 1000


async def as_json(
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    statement: Mapping[str, Any],
    bank: str | None,
) -> bytes:
    """The statement as UTF-8 JSON; `line_rows` holds at most 1,000 loans, `lines` says how many."""
    lines = settlements.lines(conn, settlement["id"], bank, most=MOST_LINES)
    whole = {
        **statement,
        "line_rows": [dict(row) async for row in lines],
        "lines_href": f"/api/v1/pools/{settlement['pool_code']}/settlements/"
        f"{settlement['month']}/lines",
    }
    return json.dumps(in_yuan(whole), ensure_ascii=False, indent=1).encode()

"""A statement as JSON, with its entries and loans up to a number; the rest is paged by the API."""

import json
from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.queries import settlements, statement_entries
from services.risk_pool.reports.amounts import in_yuan

MOST_ROWS = 1000


async def as_json(
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    statement: Mapping[str, Any],
    bank: str | None,
) -> bytes:
    """The statement as UTF-8 JSON. `line_rows` and `entries` hold at most 1,000 rows; `lines` and
    `entry_count` say how many there are, `lines_href` and `entries_href` where all of them are."""
    entries = await statement_entries.page(conn, settlement, statement, limit=MOST_ROWS)
    lines = await settlements.first_lines(conn, settlement["id"], bank, MOST_ROWS)
    month = f"/api/v1/pools/{settlement['pool_code']}/settlements/{settlement['month']}"
    whole = {
        **statement,
        "entries": entries,
        "entries_href": f"{month}/statements/{statement['party']['code']}/entries",
        "line_rows": [dict(row) for row in lines],
        "lines_href": f"{month}/lines" + ("" if bank is None else f"?bank={bank}"),
    }
    return json.dumps(in_yuan(whole), ensure_ascii=False, indent=1).encode()

"""A statement as JSON, with the loans up to a number; the rest is paged by the API."""

import json
from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.queries import statements
from shared.money import format_fen

MOST_LINES = 1000


async def as_json(
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    told: Mapping[str, Any],
    bank: str | None,
) -> bytes:
    """The statement as UTF-8 JSON; `line_rows` holds at most 1,000 loans, `lines` says how many."""
    rows = [_line(row) async for row in statements.lines(conn, settlement, bank, most=MOST_LINES)]
    whole = {
        **told,
        "line_rows": rows,
        "lines_href": f"/api/v1/pools/{settlement['pool_code']}/settlements/"
        f"{settlement['month']}/lines",
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def _line(row: asyncpg.Record) -> dict[str, Any]:
    return {
        name.removesuffix("_fen"): format_fen(value) if name.endswith("_fen") else value
        for name, value in row.items()
    }

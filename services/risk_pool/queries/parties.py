"""The parties of a pool as they are read."""

from collections.abc import Sequence
from typing import Any

import asyncpg


async def list_parties(conn: asyncpg.Connection, pool_code: str) -> list[dict[str, Any]]:
    """Every party with its lines, newest first, as far as the transaction may see them."""
    rows = await conn.fetch(
        "select code, role, name, joined_on from parties where pool_code = $1 order by code",
        pool_code,
    )
    lines = await conn.fetch(
        """select bank_code, line_fen, pool_share_fen, valid_from, valid_to, note
           from agreements where pool_code = $1 order by bank_code, valid_from desc""",
        pool_code,
    )
    return [
        {
            **row,
            "lines": [dict(line) for line in lines if line["bank_code"] == row["code"]],
        }
        for row in rows
    ]


async def party_names(conn: asyncpg.Connection, pool_code: str) -> dict[str, str]:
    """Code → name, as far as the transaction may see the parties."""
    rows = await conn.fetch("select code, name from parties where pool_code = $1", pool_code)
    return {row["code"]: row["name"] for row in rows}


async def all_names(conn: asyncpg.Connection) -> list[dict[str, str]]:
    """Each code once with its name, as far as the transaction may see the parties."""
    rows = await conn.fetch(
        "select distinct on (code) code, name from parties order by code, joined_on desc, pool_code"
    )
    return [dict(row) for row in rows]


async def names_in_pools(
    conn: asyncpg.Connection, pool_codes: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Pool → code → name, as far as the transaction may see the parties."""
    rows = await conn.fetch(
        "select pool_code, code, name from parties where pool_code = any($1::text[])", pool_codes
    )
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row["pool_code"], {})[row["code"]] = row["name"]
    return found

"""Statements of account and their lines, in PostgreSQL; only added to. Whoever writes holds the
pool's lock."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

_STATEMENT = (
    "id", "pool_code", "account_id", "format", "file_name", "file_sha256", "covers_until",
    "opening_fen", "closing_fen", "entries_new", "entries_known", "rows_passed_over",
    "imported_at", "imported_by", "imported_name",
)  # fmt: skip
_INSERT = f"""
    insert into account_statements ({", ".join(_STATEMENT)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_STATEMENT, start=1))})
"""
_LINE = {
    "id": "uuid", "pool_code": "text", "account_id": "uuid", "statement_id": "uuid",
    "position": "int", "is_opening": "boolean", "line": "int", "booked_on": "date",
    "amount_fen": "bigint", "balance_fen": "bigint", "reference": "text",
    "counterparty_name": "text", "counterparty_account": "text", "purpose": "text", "key": "text",
}  # fmt: skip
_INSERT_LINES = f"""
    with new as (
        insert into account_lines ({", ".join(_LINE)})
        select * from unnest({", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_LINE.values(), 1))})
        returning id, pool_code, amount_fen
    )
    insert into account_line_tallies (line_id, pool_code, amount_fen)
    select id, pool_code, amount_fen from new
"""


async def insert(
    conn: asyncpg.Connection, statement: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
) -> None:
    """Keep a statement with the lines that are new in it."""
    await conn.execute(_INSERT, *(statement[name] for name in _STATEMENT))
    await conn.execute(_INSERT_LINES, *([line[name] for line in lines] for name in _LINE))

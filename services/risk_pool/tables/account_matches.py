"""Matches of the account with the books, in PostgreSQL; only added to. Whoever writes holds the
pool's lock, and beyond it the tallies refuse to match more than there is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.account_match import Part
from shared.life_cycle import Person

_MATCH = (
    "id", "pool_code", "how", "rule", "difference_fen", "note", "made_at", "made_by", "made_name",
)  # fmt: skip
_INSERT = f"""
    insert into account_matches ({", ".join(_MATCH)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_MATCH, start=1))})
"""


async def insert(conn: asyncpg.Connection, match: Mapping[str, Any], parts: Sequence[Part]) -> None:
    """Keep a match, and tally what it takes."""
    pool_code = match["pool_code"]
    await conn.execute(_INSERT, *(match[name] for name in _MATCH))
    await conn.executemany(
        """insert into account_match_parts (match_id, part, pool_code, line_id, seq, amount_fen)
           values ($1, $2, $3, $4, $5, $6)""",
        [
            (match["id"], n, pool_code, part.line_id, part.seq, part.amount_fen)
            for n, part in enumerate(parts, start=1)
        ],
    )
    await _tally(conn, pool_code, parts, sign=1)


async def undo(
    conn: asyncpg.Connection,
    match_id: UUID,
    pool_code: str,
    parts: Sequence[Part],
    *,
    reason: str,
    by: Person,
    now: datetime,
) -> None:
    """What a match took is open again. It has not been undone before."""
    await conn.execute(
        """insert into account_match_undos (match_id, pool_code, reason, undone_at, undone_by,
                                            undone_name)
           values ($1, $2, $3, $4, $5, $6)""",
        match_id,
        pool_code,
        reason,
        now,
        by.subject,
        by.name,
    )
    await _tally(conn, pool_code, parts, sign=-1)


async def _tally(
    conn: asyncpg.Connection, pool_code: str, parts: Sequence[Part], *, sign: int
) -> None:
    for part in parts:
        if part.line_id is not None:
            await conn.execute(
                """update account_line_tallies set matched_fen = matched_fen + $2
                   where line_id = $1""",
                part.line_id,
                sign * part.amount_fen,
            )
        else:
            # The constraint looks at what is inserted before the conflict is found, so the row is
            # made first and tallied then.
            await conn.execute(
                """insert into account_movement_tallies (pool_code, seq, amount_fen)
                   select pool_code, seq, case when debit = 'cash' then amount_fen else -amount_fen end
                   from transfers where pool_code = $1 and seq = $2
                   on conflict do nothing""",
                pool_code,
                part.seq,
            )
            await conn.execute(
                """update account_movement_tallies set matched_fen = matched_fen + $3
                   where pool_code = $1 and seq = $2""",
                pool_code,
                part.seq,
                sign * part.amount_fen,
            )

"""Lists of rights that were brought in, with the result of every row: written once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from shared.auth.identity import Identity


async def keep(
    conn: asyncpg.Connection,
    import_id: UUID,
    *,
    file_name: str,
    sha256: str,
    heading: Sequence[str],
    results: Sequence[Mapping[str, Any]],
    wrong_rows: Mapping[str, Sequence[str]],
    by: Identity,
    now: datetime,
) -> None:
    """Keep what came in, and what became of each row; wrong rows as they were written."""
    outcomes = [one["outcome"] for one in results]
    await conn.execute(
        """insert into right_imports
               (id, bank_code, file_name, sha256, kept, unchanged, refused, heading, results,
                wrong_rows, brought_by, brought_by_name, brought_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)""",
        import_id, by.institution, file_name, sha256, outcomes.count("kept"),
        outcomes.count("unchanged"), outcomes.count("refused"), list(heading), list(results),
        dict(wrong_rows), by.subject, by.name, now,
    )  # fmt: skip

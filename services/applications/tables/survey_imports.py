"""Surveys that were brought in, with what became of every row: written once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from shared.auth.identity import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFile:
    """A file that came in."""

    kind: str
    file_name: str
    sha256: str
    heading: Sequence[str]


async def begin(
    conn: asyncpg.Connection, import_id: UUID, file: SurveyFile, *, by: Identity, now: datetime
) -> None:
    """Keep that a file came, so that what its rows say can name it."""
    await conn.execute(
        """insert into survey_imports
               (id, kind, file_name, sha256, kept, unchanged, refused, heading, results, wrong_rows,
                brought_by, brought_by_name, brought_at)
           values ($1, $2, $3, $4, 0, 0, 0, $5, '[]', '{}', $6, $7, $8)""",
        import_id, file.kind, file.file_name, file.sha256, list(file.heading), by.subject,
        by.name, now,
    )  # fmt: skip


async def finish(
    conn: asyncpg.Connection,
    import_id: UUID,
    results: Sequence[Mapping[str, Any]],
    wrong_rows: Mapping[str, Sequence[str]],
) -> None:
    """Keep what became of its rows, in the transaction in which it began."""
    outcomes = [one["outcome"] for one in results]
    await conn.execute(
        """update survey_imports set kept = $2, unchanged = $3, refused = $4, results = $5,
                  wrong_rows = $6
           where id = $1""",
        import_id, outcomes.count("kept"), outcomes.count("unchanged"), outcomes.count("refused"),
        list(results), dict(wrong_rows),
    )  # fmt: skip

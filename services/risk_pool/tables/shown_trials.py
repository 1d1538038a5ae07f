"""Trials as they were shown to those who decide, so that one that moved is told with both."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg


async def keep(
    conn: asyncpg.Connection, case_id: UUID, shown: Mapping[str, Any], *, to: str
) -> None:
    """What somebody was shown who may decide; the same trial is kept once."""
    await conn.execute(
        """insert into shown_trials (case_id, id, figures, shown_to)
           values ($1, $2, $3, $4) on conflict (case_id, id) do nothing""",
        case_id,
        shown["id"],
        shown,
        to,
    )


async def seen(conn: asyncpg.Connection, case_id: UUID, trial_id: str) -> dict[str, Any] | None:
    """A trial as it was shown; None where it never was."""
    figures: dict[str, Any] | None = await conn.fetchval(
        "select figures from shown_trials where case_id = $1 and id = $2", case_id, trial_id
    )
    return figures

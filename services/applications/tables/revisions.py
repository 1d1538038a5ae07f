"""What a case said before it was mended: only added to."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from shared.life_cycle import Row


async def keep_superseded(conn: asyncpg.Connection, case: Row, said: Mapping[str, Any]) -> None:
    """Keep what a locked case says, before something else takes its place."""
    await conn.execute(
        """insert into superseded_revisions
               (application_id, revision, bank_code, said, submitted_by, submitted_at)
           values ($1, $2, $3, $4, $5, $6)""",
        case["id"], case["revision"], case["bank_code"], dict(said), case["submitted_by"],
        case["submitted_at"],
    )  # fmt: skip

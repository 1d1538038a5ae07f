"""What a case said in each of its revisions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import HANDS_IN
from services.applications.domain.revisions import Difference, Said, as_said, differences
from services.applications.queries.submitted import case_row, submitted

_BEFORE: Final = """
select revision, said, submitted_by, submitted_at from superseded_revisions
where application_id = $1 order by revision
"""
_HANDED_IN: Final = """
select subject, name, at from case_moves
where case_kind = 'application' and case_id = $1 and action = any($2::text[])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a case said for a while, and in what it is not as the one before."""

    revision: int
    submitted_at: datetime
    submitted_by: str
    submitted_name: str
    said: Said
    differences: tuple[Difference, ...]
    is_first_kept: bool
    """There is none before it to compare it with."""


async def revisions_of(conn: asyncpg.Connection, case_id: UUID) -> list[Revision]:
    """All revisions of a case that are kept, the newest first. Raises NotFound."""
    case = await case_row(conn, case_id)
    kept: list[Any] = [dict(row) for row in await conn.fetch(_BEFORE, case_id)]
    newest = {name: case[name] for name in ("revision", "submitted_by", "submitted_at")}
    kept.append(newest | {"said": as_said(await submitted(conn, case))})
    moves = await conn.fetch(_HANDED_IN, case_id, sorted(HANDS_IN))
    names = {(row["subject"], row["at"]): row["name"] for row in moves}
    found: list[Revision] = []
    for n, one in enumerate(kept):
        who = (one["submitted_by"], one["submitted_at"])
        found.append(
            Revision(
                **one,
                submitted_name=names.get(who, one["submitted_by"]),
                differences=differences(kept[n - 1]["said"], one["said"]) if n else (),
                is_first_kept=not n,
            )
        )
    return found[::-1]

"""What the rows of a file that is only checked would take, from one batch of it to the next."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg


class WouldTake(NamedTuple):
    """One thing that a row would take: a right in a rank, a loan to renew, its own key."""

    what: str
    line: int
    said: Mapping[str, Any]


async def keep(
    conn: asyncpg.Connection, file_id: UUID, taken: Sequence[WouldTake], *, bank_code: str
) -> None:
    """Keep what these rows would take, until the file is finished."""
    await conn.execute(
        """insert into bulk_would_take (file_id, bank_code, what, line, said)
           select $1, $2, row.* from unnest($3::text[], $4::int[], $5::jsonb[]) as row
           on conflict do nothing""",
        file_id, bank_code, [one.what for one in taken], [one.line for one in taken],
        [dict(one.said) for one in taken],
    )  # fmt: skip


async def of(conn: asyncpg.Connection, file_id: UUID, asked: Sequence[str]) -> list[asyncpg.Record]:
    """Which of these things earlier rows of a file would take: what, line, said; by line."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select what, line, said from bulk_would_take where file_id = $1 and what = any($2::text[])"
        " order by line",
        file_id,
        asked,
    )
    return rows

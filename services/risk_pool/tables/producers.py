"""How much each producer says it has told, and until which day it has said so."""

from collections.abc import Mapping
from datetime import date, datetime

import asyncpg


async def keep_told(
    conn: asyncpg.Connection,
    producer: str,
    counts: Mapping[tuple[str, str], int],
    *,
    until: date,
    now: datetime,
) -> None:
    """Keep what a producer has told by (month, type), and the day it has told last: markers have one
    key, so they come in order."""
    rows = sorted(counts.items())
    await conn.execute(
        """insert into producers_told as kept (producer, month, type, count)
           select $1, month, type, count
           from unnest($2::text[], $3::text[], $4::bigint[]) as new (month, type, count)
           on conflict (producer, month, type)
               do update set count = greatest(kept.count, excluded.count)""",
        producer,
        [month for (month, _), _ in rows],
        [type_ for (_, type_), _ in rows],
        [count for _, count in rows],
    )
    await conn.execute(
        """insert into producers_told_until (producer, day, heard_at) values ($1, $2, $3)
           on conflict (producer) do update set day = excluded.day, heard_at = excluded.heard_at""",
        producer,
        until,
        now,
    )

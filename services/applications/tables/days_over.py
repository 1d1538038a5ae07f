"""What this service has last told of how much it has told, by month and type."""

from collections.abc import Mapping
from datetime import date

import asyncpg


async def lock_day(conn: asyncpg.Connection) -> date | None:
    """The last day that was told to be over; until the transaction ends nobody else tells one."""
    day: date | None = await conn.fetchval("select day from days_over for update")
    return day


async def last_told(conn: asyncpg.Connection) -> dict[tuple[str, str], int]:
    """(Month, type) → the count that was last told."""
    rows = await conn.fetch("select month, type, count from days_over_counts")
    return {(row["month"], row["type"]): row["count"] for row in rows}


async def keep(conn: asyncpg.Connection, day: date, counts: Mapping[tuple[str, str], int]) -> None:
    """These are told now."""
    await conn.execute("update days_over set day = $1", day)
    await conn.executemany(
        """insert into days_over_counts (month, type, count) values ($1, $2, $3)
           on conflict (month, type) do update set count = excluded.count""",
        [(month, type_, count) for (month, type_), count in counts.items()],
    )

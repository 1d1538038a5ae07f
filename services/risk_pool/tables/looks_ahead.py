"""Looks ahead that are worked out apart: what was asked of a large book, how far it is, what was found.

A question is one of its pool and day; whoever asks it again meets the same row.
"""

from datetime import date, datetime, timedelta
from typing import Any, Final

import asyncpg

KEPT_DAYS: Final = 7
"""So long what was found can still be read; a question of a new day is worked out anew."""

_ASK: Final = """
insert into looks_ahead (pool_code, day, question, asked, asked_at) values ($1, $2, $3, $4, $5)
on conflict (pool_code, day, question) do nothing
"""
_FIND: Final = """
select id, asked_at, begun_at, played, ended_at, report from looks_ahead
where pool_code = $1 and day = $2 and question = $3
"""
_TAKE: Final = """
update looks_ahead set begun_at = $1, beat_at = $1, played = 0
where id = (
    select id from looks_ahead where ended_at is null and (beat_at is null or beat_at < $2)
    order by id for update skip locked limit 1)
returning id, pool_code, day, asked
"""


async def find(
    conn: asyncpg.Connection, pool_code: str, day: date, question: bytes
) -> asyncpg.Record | None:
    """What became of a question; None where nobody has asked it that day."""
    return await conn.fetchrow(_FIND, pool_code, day, question)


async def ask(
    conn: asyncpg.Connection, pool_code: str, day: date, question: bytes, asked: dict[str, Any],
    *, now: datetime,
) -> asyncpg.Record:  # fmt: skip
    """Have a question worked out, unless somebody has asked it already; what was found in earlier days
    goes. `question` is a SHA-256."""
    await conn.execute("delete from looks_ahead where day < $1", day - timedelta(days=KEPT_DAYS))
    await conn.execute(_ASK, pool_code, day, question, asked, now)
    row = await find(conn, pool_code, day, question)
    assert row is not None
    return row


async def take(
    conn: asyncpg.Connection, *, now: datetime, silent_since: datetime
) -> asyncpg.Record | None:
    """The question that has waited longest, or whose worker has said nothing since a moment; None
    where there is none."""
    return await conn.fetchrow(_TAKE, now, silent_since)


async def beat(conn: asyncpg.Connection, look_id: int, played: int, *, now: datetime) -> None:
    """It is being worked out, and so many futures are played."""
    await conn.execute(
        "update looks_ahead set beat_at = $2, played = $3 where id = $1", look_id, now, played
    )


async def end(
    conn: asyncpg.Connection, look_id: int, report: dict[str, Any] | None, *, now: datetime
) -> None:
    """Keep what was found; None where it could not be worked out."""
    await conn.execute(
        "update looks_ahead set ended_at = $2, report = $3 where id = $1", look_id, now, report
    )


async def give_back(conn: asyncpg.Connection, look_id: int) -> None:
    """Let another process begin it anew."""
    await conn.execute(
        "update looks_ahead set begun_at = null, beat_at = null, played = 0 where id = $1", look_id
    )

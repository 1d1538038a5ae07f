"""A month of a table into the archive, and out of the database: copied, read back, compared, let go of.

Each step may be the last before a crash; done again, it goes on. Nothing leaves before its file was read
back from the disk and, in the transaction that lets go of it, compared with what the database has. That
transaction also writes into `archived` what has left, so that whoever asks for it is told where it is.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from shared.archive.files import Broken, Kept, Shelf, Writing, seal
from shared.archive.kinds import Kind
from shared.clock import SHANGHAI
from shared.messaging.tables import Executes
from shared.months import Month
from shared.postgres.database import EVERYWHERE, Database

AT_ONCE = 20_000
PREFETCH = 2_000

STATEMENTS = (
    """
    create table archived (
        table_name text not null,
        month text not null,
        first bigint not null,
        last bigint not null,
        rows bigint not null,
        sha256 text not null,
        left_at timestamptz not null default now(),
        primary key (table_name, month)
    )
    """,
)

Moment = Callable[[str], None]
"""Told after each step, by its name."""
Guard = Callable[[Kept], Awaitable[None]]


def create_table(op: Executes, *, service: str) -> None:
    """Make the table of what has left, in a migration (`op` is Alembic's)."""
    for statement in STATEMENTS:
        op.execute(statement)
    op.execute(f"revoke update, delete, truncate on archived from {service}")


class NotArchived(Exception):
    """A month cannot be archived, or cannot leave; says why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What came of a month."""

    month: str
    rows: int
    left: bool
    """Whether its rows have left the database."""


def bounds(month: Month) -> tuple[datetime, datetime]:
    """The beginning of a month in China, and that of the next."""
    first, following = month.first, month.after.first
    begins, ends = (datetime.combine(day, time(), SHANGHAI) for day in (first, following))
    return begins.astimezone(UTC), ends.astimezone(UTC)


async def origin_of(conn: asyncpg.Connection) -> str:
    """Which database this is, also after a restore."""
    first: UUID = await conn.fetchval("select id from told_epochs order by number limit 1")
    return first.hex


async def archived_until(conn: asyncpg.Connection) -> int:
    """The number of the last event of this service's feed that is in the archive alone; 0 for none."""
    found: int = await conn.fetchval(
        "select coalesce(max(last), 0) from archived where table_name = 'event_feed'"
    )
    return found


async def move_month(
    database: Database,
    kind: Kind,
    shelf: Shelf,
    month: Month,
    *,
    heads: Mapping[str, Any] | None = None,
    may_leave: Guard | None = None,
    told: Moment = lambda step: None,
) -> Moved:
    """Archive a month that is over and, where its kind leaves, let go of it in the database.

    `may_leave` raises where it must not go yet; then it is only copied. Raises NotArchived, Broken; whatever
    it raises, and wherever it is killed, nothing has left that is not in the archive, and it may be called
    again.
    """
    begins, ends = bounds(month)
    left = await _left(database, kind, month)
    if left is not None:
        _must_be_there(shelf, month, left)
        return Moved(month=str(month), rows=left["rows"], left=True)
    async with database.looking(EVERYWHERE) as conn:
        await _must_be_next(conn, kind, shelf, month, begins)
        origin = await origin_of(conn)
        _must_be_of(origin, shelf)
        kept = shelf.kept(str(month))
        if kept is None:
            writing = Writing(shelf, str(month))
            async for key, line in _lines(conn, kind, begins, ends):
                writing.add(key, line)
            told("lines")
            kept = writing.end(origin=origin, heads=heads or {})
            told("file")
            _must_follow(kind, shelf, kept)
            shelf.look_at(kept)
            told("looked at")
            seal(shelf, kept)
            told("sealed")
    shelf.look_at(kept)
    if not kind.leaves:
        return Moved(month=str(month), rows=kept.rows, left=False)
    if may_leave is not None:
        await may_leave(kept)
    async with database.begin(EVERYWHERE) as conn:
        still_live = await _compare(conn, kind, kept, begins, ends)
        told("compared")
        await _let_go(conn, kind, kept, ends, still_live)
        told("let go")
    told("left")
    return Moved(month=str(month), rows=kept.rows, left=True)


async def _left(database: Database, kind: Kind, month: Month) -> asyncpg.Record | None:
    async with database.looking(EVERYWHERE) as conn:
        return await conn.fetchrow(
            "select rows, sha256 from archived where table_name = $1 and month = $2",
            kind.table,
            str(month),
        )


def _must_be_of(origin: str, shelf: Shelf) -> None:
    for month in shelf.months():
        kept = shelf.kept(month)
        if kept is not None and kept.origin != origin:
            raise NotArchived(
                f"该文件夹是另一套数据库的档案: {shelf.place}",
                f"{shelf.place} is the archive of another database.",
            )


def _must_be_there(shelf: Shelf, month: Month, left: asyncpg.Record) -> None:
    kept = shelf.kept(str(month))
    if kept is None or kept.sha256 != left["sha256"]:
        raise Broken(
            f"{month} has left the database, and {shelf.lines_of(str(month))} is not what it left as"
        )
    shelf.look_at(kept)


async def _must_be_next(
    conn: asyncpg.Connection, kind: Kind, shelf: Shelf, month: Month, begins: datetime
) -> None:
    """Months are archived in their order, so that what is live begins at one place, and a chain goes on."""
    oldest = await conn.fetchval(kind.oldest)
    follows = not kind.leaves and shelf.kept(str(month.before)) is not None
    if oldest is not None and oldest < begins and not follows:
        raise NotArchived(
            f"{kind.table} 还有更早的数据，请先归档 {Month.of(oldest.astimezone(SHANGHAI).date())}",
            f"{kind.table} has older rows than {month}: archive"
            f" {Month.of(oldest.astimezone(SHANGHAI).date())} first.",
        )


def _must_follow(kind: Kind, shelf: Shelf, kept: Kept) -> None:
    """What is counted densely has no gap, neither in a month nor before it."""
    if not kind.is_dense or not kept.rows:
        return
    last = shelf.last_before(kept.month)
    if kept.last - kept.first + 1 != kept.rows or (last and kept.first != last + 1):
        raise NotArchived(
            f"{kept.table} {kept.month} 序号不连续，未归档",
            f"{kept.table} of {kept.month} has gaps in its numbers; it stays where it is.",
        )


async def _lines(
    conn: asyncpg.Connection, kind: Kind, begins: datetime, ends: datetime
) -> AsyncIterator[tuple[int, bytes]]:
    # What a row looks like as text must not depend on who looks.
    await conn.execute("set local timezone = 'UTC'; set local bytea_output = 'hex'")
    async for row in conn.cursor(kind.rows, begins, ends, prefetch=PREFETCH):
        yield row["key"], row["line"].encode() + b"\n"


async def _compare(
    conn: asyncpg.Connection, kind: Kind, kept: Kept, begins: datetime, ends: datetime
) -> int:
    """How many rows of the month are live, all of which the archive has. Raises NotArchived."""
    digest, rows = hashlib.sha256(), 0
    async for _, line in _lines(conn, kind, begins, ends):
        digest.update(line)
        rows += 1
    if not rows and not kind.is_dense:
        # They were kept for as long as the settings say, and thrown away by the service itself.
        return 0
    if digest.hexdigest() != kept.lines_sha256:
        raise NotArchived(
            f"{kept.table} {kept.month} 与档案不一致，未从数据库移出",
            f"{kept.table} of {kept.month} is not what the archive has; nothing has left.",
        )
    return rows


async def _let_go(
    conn: asyncpg.Connection, kind: Kind, kept: Kept, ends: datetime, still_live: int
) -> None:
    await conn.execute(
        "insert into archived (table_name, month, first, last, rows, sha256)"
        " values ($1, $2, $3, $4, $5, $6)",
        kept.table, kept.month, kept.first, kept.last, kept.rows, kept.sha256,
    )  # fmt: skip
    gone = 0
    while gone < still_live:
        done = await conn.fetchval(kind.leaves, ends, kept.last, min(AT_ONCE, still_live - gone))
        if not done:
            break
        gone += done
    if gone != still_live:
        raise NotArchived(
            f"{kept.table} {kept.month} 未到可移出的时间",
            f"{kept.table} of {kept.month}: the database lets {gone} of {still_live} rows go.",
        )


async def oldest_month(database: Database, kind: Kind) -> Month | None:
    """The month of the oldest row that is live; None where there is none."""
    async with database.looking(EVERYWHERE) as conn:
        oldest: datetime | None = await conn.fetchval(kind.oldest)
    return None if oldest is None else Month.of(oldest.astimezone(SHANGHAI).date())


def must_be_old(kind: Kind, month: Month, *, now: datetime) -> None:
    """Raises NotArchived for a month of which something must still be live."""
    _, ends = bounds(month)
    live_until = ends + timedelta(days=kind.live_days)
    if now < live_until:
        raise NotArchived(
            f"{kind.table} {month} 须在数据库保留至 {live_until.astimezone(SHANGHAI).date()}",
            f"{kind.table} of {month} stays in the database until"
            f" {live_until.astimezone(SHANGHAI).date()}.",
        )

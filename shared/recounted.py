"""Deadlines that run are counted anew where the calendar under them has changed.

A day that was counted in working days is moved so that as many of them lie before it as before. What
is past or was met stays, and so does a day that the rules do not count in working days. A case that
was given its day while this process or another still had the old calendar is told by the rule: it
is moved where its day is the old calendar's.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.clock import business_date
from shared.life_cycle import Row, Wait
from shared.postgres.calendar_overrides import Taken, recounted, to_recount
from shared.postgres.database import EVERYWHERE, Database
from shared.transitions import CaseTable
from shared.waits.kept import keep

Counted = Callable[[asyncpg.Connection, CaseTable, Row, Wait], Awaitable[int | None]]
"""In how many working days a case's wait is counted; None where it is not."""

Follow = Callable[[asyncpg.Connection, CaseTable, Sequence[UUID]], Awaitable[None]]
"""What stands with cases whose day was moved."""

Also = Callable[[asyncpg.Connection, Taken, date, datetime], Awaitable[None]]
"""What else hangs on the calendar, from a day on, at a moment."""


_RUNNING: Final = """
    select k.*, coalesce(w.set_at, k.state_since) as counted_from
    from {table} k
    left join waits w on w.case_kind = $1 and w.case_id = k.{key} and w.ended_at is null
    where k.state = any($2::text[]) and k.due_on >= $3
    order by k.{key} for update of k
"""
_MOVE: Final = """
    update {table} k set due_on = one.due_on
    from unnest($1::uuid[], $2::date[]) as one (id, due_on) where k.{key} = one.id
"""


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """The deadlines of one service: where they stand, and how they are counted."""

    tables: Sequence[CaseTable]
    counted: Counted
    follow: Follow | None = None
    also: Also | None = None


async def recount(database: Database, deadlines: Deadlines, *, now: datetime) -> None:
    """Count the deadlines of every change of the calendar anew that all processes have learnt, the
    first one first, each in one transaction: one that dies is made up by the next look."""
    while True:
        async with database.begin(EVERYWHERE) as conn:
            change = await to_recount(conn)
            if change is None:
                return
            if (first := change.first_day) is not None:
                for table in deadlines.tables:
                    await _recount_table(conn, table, deadlines, change, first, now=now)
                if deadlines.also is not None:
                    await deadlines.also(conn, change, business_date(now), now)
            await recounted(conn, change.number, now=now)


async def _recount_table(
    conn: asyncpg.Connection,
    table: CaseTable,
    deadlines: Deadlines,
    change: Taken,
    first: date,
    *,
    now: datetime,
) -> None:
    waits = table.life_cycle.waits
    rows = await conn.fetch(
        _RUNNING.format(table=table.table, key=table.key),
        table.kind,
        list(waits),
        max(first, business_date(now)),
    )
    moved = {}
    for row in rows:
        n = await deadlines.counted(conn, table, row, waits[row["state"]])
        day = None if n is None else _moved(row, n, change, first)
        if day is not None:
            moved[row[table.key]] = day
    if not moved:
        return
    await conn.execute(
        _MOVE.format(table=table.table, key=table.key), list(moved), list(moved.values())
    )
    if deadlines.follow is not None:
        await deadlines.follow(conn, table, list(moved))
    if table.source is not None:
        await keep(conn, table.source, list(moved), now=now)


def _moved(row: Any, n: int, change: Taken, first: date) -> date | None:
    """The day that a deadline is moved to; None where it stays."""
    due: date = row["due_on"]
    if row["counted_from"] >= change.taken_at:
        began = business_date(row["counted_from"])
        if due != change.before.add(began, n):
            return None
    day = moved_day(due, change, first)
    return None if day == due else day


def moved_day(due: date, change: Taken, first: date) -> date:
    """A day that was counted in working days, with as many of them before it as before; `first` is the
    first day on which the two calendars differ."""
    before_all = first - timedelta(days=1)
    left = change.before.between(before_all, due)
    return change.after.add(before_all, left) if left > 0 else due

"""Working days that a service's own database knows better than the library.

The pool's service writes what two persons have put in force, the others what they have heard of it.
Each change is kept with what held before it, until the deadlines that run are counted anew
(`shared.recounted`).
"""

import calendar as gregorian
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg
from prometheus_client import Gauge

from shared.calendar import CalendarChange, WorkingDays

KNOWN_UNTIL = Gauge(
    "zhidai_calendar_known_until_seconds",
    "The last day, in seconds since 1970, up to which working days are known and not assumed.",
)

LEARNT_WITHIN_SECONDS = 3
"""How often a process reads the calendar anew. Deadlines are counted anew ten seconds after a change,
when every process has."""


def create_tables(op: Any) -> None:
    """The table of overrides, in a service's first migration (`op` is Alembic's)."""
    op.execute(
        """
        create table calendar_overrides (
            day date primary key,
            is_working boolean not null,
            note text not null check (note <> '')
        )
        """
    )


_CHANGES = (
    "create table calendar_years (year integer primary key, source text not null check (source <> ''))",
    """
    create table calendar_changes_taken (
        number integer primary key,
        before jsonb not null,
        knew_year boolean not null,
        year integer,
        taken_at timestamptz not null,
        settles_at timestamptz not null default now() + interval '10 seconds',
        recounted_at timestamptz
    )
    """,
)


def create_changes(op: Any) -> None:
    """The years that were entered, and the changes with what held before them, in a migration."""
    for statement in _CHANGES:
        op.execute(statement)


@dataclass(frozen=True, slots=True)
class Taken:
    """A change whose running deadlines are to be counted anew: the calendars before and after it."""

    number: int
    before: WorkingDays
    after: WorkingDays
    taken_at: datetime

    @property
    def first_day(self) -> date | None:
        """The first day that the two do not agree on; None where there is none."""
        days = self.before.overrides.keys() | self.after.overrides.keys()
        differing = (
            one for one in days if self.before.is_working(one) != self.after.is_working(one)
        )
        return min(differing, default=None)


async def load_working_days(conn: asyncpg.Connection) -> WorkingDays:
    """The calendar with the overrides of this database."""
    rows = await conn.fetch(
        """select day, is_working, null::int as year from calendar_overrides
           union all select null, null, year from calendar_years"""
    )
    loaded = WorkingDays(
        {row["day"]: row["is_working"] for row in rows if row["day"] is not None},
        [row["year"] for row in rows if row["year"] is not None],
    )
    KNOWN_UNTIL.set(gregorian.timegm(loaded.known_until().timetuple()))
    return loaded


async def take_change(conn: asyncpg.Connection, change: CalendarChange, *, now: datetime) -> None:
    """Let a change hold in this database from now on; one that is known already changes nothing."""
    known = {row["day"]: row["is_working"] for row in await conn.fetch(
        "select day, is_working from calendar_overrides where day = any($1::date[])",
        list(change.days),
    )}  # fmt: skip
    knew = change.year is not None and bool(
        await conn.fetchval("select true from calendar_years where year = $1", change.year)
    )
    is_new = await conn.fetchval(
        """insert into calendar_changes_taken (number, before, knew_year, year, taken_at)
           values ($1, $2, $3, $4, $5) on conflict do nothing returning true""",
        change.number,
        {day.isoformat(): known.get(day) for day in change.days},
        knew,
        change.year,
        now,
    )
    if not is_new:
        return
    await conn.execute(
        """insert into calendar_overrides (day, is_working, note)
           select day, is_working, $3 from unnest($1::date[], $2::bool[]) as one (day, is_working)
           on conflict (day) do update set is_working = excluded.is_working, note = excluded.note""",
        list(change.days),
        list(change.days.values()),
        change.source,
    )
    if change.year is not None:
        await conn.execute(
            """insert into calendar_years (year, source) values ($1, $2)
               on conflict (year) do update set source = excluded.source""",
            change.year,
            change.source,
        )


async def to_recount(conn: asyncpg.Connection) -> Taken | None:
    """The first change whose deadlines are not counted anew yet and that every process of the service
    has learnt meanwhile; None where there is none, or where another process is at it."""
    if not await conn.fetchval("select pg_try_advisory_xact_lock(hashtext('zhidai calendar'))"):
        return None
    rows = await conn.fetch(
        "select * from calendar_changes_taken where recounted_at is null order by number desc"
    )
    if not rows:
        return None
    after = await load_working_days(conn)
    found = None
    for row in rows:
        before = _without(after, row)
        if row["settles_at"] <= await conn.fetchval("select clock_timestamp()"):
            found = Taken(row["number"], before, after, row["taken_at"])
        after = before
    return found


def _without(calendar: WorkingDays, change: Mapping[str, Any]) -> WorkingDays:
    """The calendar as it was before a change, the last of those that it has."""
    days = dict(calendar.overrides)
    for day, was in change["before"].items():
        if was is None:
            days.pop(date.fromisoformat(day), None)
        else:
            days[date.fromisoformat(day)] = was
    gone = set() if change["knew_year"] else {change["year"]}
    return WorkingDays(days, calendar.years - gone)


async def recounted(conn: asyncpg.Connection, number: int, *, now: datetime) -> None:
    """The deadlines of a change are counted anew."""
    await conn.execute(
        "update calendar_changes_taken set recounted_at = $2 where number = $1", number, now
    )

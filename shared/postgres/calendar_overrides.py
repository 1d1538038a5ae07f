"""Working days that a service's own database knows better than the library."""

import calendar as gregorian
from typing import Any

import asyncpg
from prometheus_client import Gauge

from shared.calendar import WorkingDays

KNOWN_UNTIL = Gauge(
    "zhidai_calendar_known_until_seconds",
    "The last day, in seconds since 1970, up to which working days are known and not assumed.",
)


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


async def load_working_days(conn: asyncpg.Connection) -> WorkingDays:
    """The calendar with the overrides of this database."""
    rows = await conn.fetch("select day, is_working from calendar_overrides")
    loaded = WorkingDays({row["day"]: row["is_working"] for row in rows})
    KNOWN_UNTIL.set(gregorian.timegm(loaded.known_until().timetuple()))
    return loaded

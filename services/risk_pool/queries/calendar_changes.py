"""The calendar as it is answered: its changes, and the years that were entered."""

import asyncpg

from shared.refusals import NotFound

_SHOWN = """
    id, number, year, days, reason, proposed_at, proposed_by, proposed_by_name, approved_at,
    approved_by, approved_by_name, state, state_since, due_on, version
"""


async def changes(
    conn: asyncpg.Connection, *, before: int | None, limit: int
) -> list[asyncpg.Record]:
    """Changes, the newest first; `before`: those with a smaller number."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select {_SHOWN} from calendar_changes where $1::int is null or number < $1
            order by number desc limit $2""",
        before,
        limit,
    )
    return rows


async def change(conn: asyncpg.Connection, number: int) -> asyncpg.Record:
    """One change. Raises NotFound."""
    row = await conn.fetchrow(f"select {_SHOWN} from calendar_changes where number = $1", number)
    if row is None:
        raise NotFound("没有该日历变更", "There is no such change of the calendar.")
    return row


async def entered_in(conn: asyncpg.Connection, year: int) -> list[asyncpg.Record]:
    """The days of a year that were entered here, with the notice or reason of each."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select day, is_working, note from calendar_overrides
           where day >= make_date($1, 1, 1) and day < make_date($1 + 1, 1, 1) order by day""",
        year,
    )
    return rows


async def source_of(conn: asyncpg.Connection, year: int) -> str:
    """The notice by which a year was entered; "" where nobody has."""
    found = await conn.fetchval("select source from calendar_years where year = $1", year)
    return str(found or "")

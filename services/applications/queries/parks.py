"""Parks as they stand: the last word of each, on a day."""

from datetime import date

import asyncpg

_LAST = "select distinct on (code) * from park_statements order by code, edition desc"


async def all_parks(conn: asyncpg.Connection) -> list[asyncpg.Record]:
    """The last edition of every park, by code."""
    rows: list[asyncpg.Record] = await conn.fetch(_LAST)
    return rows


async def editions(conn: asyncpg.Connection, code: str) -> list[asyncpg.Record]:
    """Everything that was said of a park, the last word first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select * from park_statements where code = $1 order by edition desc", code
    )
    return rows


async def codes_on(conn: asyncpg.Connection, day: date) -> frozenset[str]:
    """The codes of the parks that there are on a day."""
    rows = await conn.fetch(
        f"""select code from ({_LAST}) as park
            where $1 between valid_from and coalesce(valid_to, 'infinity'::date)""",
        day,
    )
    return frozenset(row["code"] for row in rows)


async def park_meant(conn: asyncpg.Connection, said: str, canonical: str) -> asyncpg.Record | None:
    """The park that somebody means by its code, or by its name in canonical form."""
    return await conn.fetchrow(
        f"""select code, name from ({_LAST}) as park
            where code = $1 or name_canonical = $2 order by code = $1 desc, code limit 1""",
        said,
        canonical,
    )

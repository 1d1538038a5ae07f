"""Openings as they are answered, and the rows of their workbooks."""

from uuid import UUID

import asyncpg


async def find(conn: asyncpg.Connection, opening_id: UUID) -> asyncpg.Record | None:
    """An opening; None where the caller may know of none."""
    return await conn.fetchrow("select * from openings where id = $1", opening_id)


async def of_pool(conn: asyncpg.Connection, pool_code: str) -> list[asyncpg.Record]:
    """The openings of a pool, the newest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select * from openings where pool_code = $1 order by id desc", pool_code
    )
    return rows


async def all_openings(
    conn: asyncpg.Connection, *, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """The openings of all pools, the newest first, from before one on."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select * from openings where $1::uuid is null or id < $1
           order by id desc limit $2""",
        before,
        limit,
    )
    return rows


async def sheets(conn: asyncpg.Connection, opening_id: UUID) -> list[asyncpg.Record]:
    """Per sheet: its rows, those that are wrong, and of loans those proposed, taken and refused."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select sheet, count(*)::int as rows,
                  count(*) filter (where findings <> '[]')::int as wrong,
                  count(loan_id)::int as proposed,
                  count(*) filter (where answered and number <> '')::int as accepted,
                  count(*) filter (where answered and number = '')::int as refused
           from opening_rows where opening_id = $1 group by sheet order by min(place)""",
        opening_id,
    )
    return rows


async def rows(
    conn: asyncpg.Connection,
    opening_id: UUID,
    *,
    sheet: str | None,
    only_wrong: bool,
    after: int | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Rows in their order; with `only_wrong` those to be mended, and the loans that are refused."""
    found: list[asyncpg.Record] = await conn.fetch(
        """select * from opening_rows
           where opening_id = $1 and ($2::text is null or sheet = $2)
             and (not $3 or findings <> '[]' or (answered and number = ''))
             and ($4::int is null or place > $4)
           order by place limit $5""",
        opening_id,
        sheet,
        only_wrong,
        after,
        limit,
    )
    return found

"""Banks that may submit."""

from datetime import datetime

import asyncpg

from shared import canonical


async def add(
    conn: asyncpg.Connection, *, code: str, name: str, uscc: str, now: datetime
) -> asyncpg.Record | None:
    """Keep a new bank. None where another one has that code or that credit code."""
    return await conn.fetchrow(
        """
        insert into banks (code, name, uscc, created_at, code_canonical)
        values ($1, $2, $3, $4, $5)
        on conflict do nothing
        returning *
        """,
        code,
        name,
        uscc,
        now,
        canonical.plain(code),
    )


async def locked(conn: asyncpg.Connection, code: str) -> asyncpg.Record | None:
    """A bank's row, locked."""
    return await conn.fetchrow("select * from banks where code = $1 for update", code)


async def change(
    conn: asyncpg.Connection, code: str, *, name: str | None, uscc: str | None
) -> asyncpg.Record | None:
    """Change what is given of a locked bank. None where another one has that credit code."""
    try:
        return await conn.fetchrow(
            """
            update banks set name = coalesce($2, name), uscc = coalesce($3, uscc),
                   version = version + 1
            where code = $1
            returning *
            """,
            code,
            name,
            uscc,
        )
    except asyncpg.UniqueViolationError:
        return None


async def is_bank(conn: asyncpg.Connection, code: str) -> bool:
    """Whether a bank has this code."""
    found: bool = await conn.fetchval("select exists (select from banks where code = $1)", code)
    return found

"""Duties of pools as they are answered."""

import asyncpg

from shared.refusals import NotFound

_SHOWN = """
    id, number, person, person_name, pools, from_day, reason, proposed_at, proposed_by,
    proposed_by_name, approved_at, approved_by, approved_by_name, state, state_since, due_on, version
"""


async def duties(
    conn: asyncpg.Connection, *, person: str, before: int | None, limit: int
) -> list[asyncpg.Record]:
    """Duties of one person or ("") of all, the newest first; `before`: those with a smaller number."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select {_SHOWN} from pool_duty_cases
            where ($1 = '' or person = $1) and ($2::int is null or number < $2)
            order by number desc limit $3""",
        person,
        before,
        limit,
    )
    return rows


async def duty(conn: asyncpg.Connection, number: int) -> asyncpg.Record:
    """One duty. Raises NotFound."""
    row = await conn.fetchrow(f"select {_SHOWN} from pool_duty_cases where number = $1", number)
    if row is None:
        raise NotFound("没有该经办范围", "There is no such duty.")
    return row


async def pool_codes(conn: asyncpg.Connection) -> set[str]:
    """The codes of all pools."""
    return {row["code"] for row in await conn.fetch("select code from pools")}

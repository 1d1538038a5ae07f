"""Which cases must have cover in their pool, as this service knows it: to compare with the pool's."""

from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import IS_SERVED, RUNS_OUT


async def covered_cases(conn: asyncpg.Connection) -> dict[UUID, tuple[str, bool, bool]]:
    """Case → its number, whether the pool must know of it, and whether it must hold cover for it now.

    A loan that is paid out is known to the pool, whether there was room for it or not. For the house.
    """
    rows = await conn.fetch(
        "select id, number, state = any ($1) or state = any ($2) as known, state = any ($1) as covered"
        " from applications",
        list(RUNS_OUT),
        list(IS_SERVED),
    )
    return {row["id"]: (row["number"], row["known"], row["covered"]) for row in rows}

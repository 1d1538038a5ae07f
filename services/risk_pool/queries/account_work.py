"""Everything that a work list of the account is made of, read in one go."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from services.risk_pool.domain.account_matching import RETURN_WORKING_DAYS, Line, Movement
from services.risk_pool.domain.account_work import ToDo, work_list
from services.risk_pool.domain.suspense import BOOKED, LIVE
from services.risk_pool.queries import account_lines, account_matches, expected_money
from services.risk_pool.queries.expected_money import Expected
from shared.calendar import WorkingDays
from shared.postgres.literals import literals

_LOOKED_BACK = timedelta(days=4 * RETURN_WORKING_DAYS)
"""Lines before that are neither doubled nor returned by an open one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFound:
    """What is to be worked off, with the rows behind the lines."""

    to_do: list[ToDo]
    rows: dict[UUID, asyncpg.Record]
    proposed: dict[UUID, int]
    """Line → fen that are proposed for suspense."""
    movements: list[Movement]
    expected: list[Expected]
    suspense: list[asyncpg.Record]


async def of_pool(
    conn: asyncpg.Connection, pool_code: str, *, working_days: WorkingDays
) -> WorkFound:
    """The work list of a pool."""
    movements = await expected_money.open_movements(conn, pool_code)
    open_lines = await account_lines.lines(conn, pool_code, only_open=True)
    near: list[Line] = []
    if open_lines:
        since = min(line.booked_on for line in open_lines) - _LOOKED_BACK
        near = await account_lines.lines(conn, pool_code, since=since)
    to_do = work_list(open_lines, near, movements, working_days=working_days)
    shown = {one.id for each in to_do for one in (each.line, *each.other_lines)}
    rows = await account_lines.by_id(conn, list(shown))
    proposed = await conn.fetch(
        f"""select line_id, sum(amount_fen)::bigint as fen from account_bookings
            where pool_code = $1 and line_id is not null and state in ({literals(LIVE - BOOKED)})
            group by line_id""",
        pool_code,
    )
    return WorkFound(
        to_do=to_do,
        rows=rows,
        proposed={row["line_id"]: row["fen"] for row in proposed},
        movements=movements,
        expected=await expected_money.expected(conn, pool_code),
        suspense=await account_matches.in_suspense(conn, pool_code),
    )

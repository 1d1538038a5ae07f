"""Everything that a work list of the account is made of, read in one go."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from services.risk_pool.domain.account_matching import RETURN_WORKING_DAYS, Line
from services.risk_pool.domain.account_work import Books, ToDo, work_list
from services.risk_pool.domain.cash_entry import WAITING
from services.risk_pool.domain.suspense import BOOKED, LIVE
from services.risk_pool.queries import account_lines, account_matches, expected_money
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
    """Line → fen that are proposed for suspense, or entered as what they are, and not released."""
    books: Books
    suspense: list[asyncpg.Record]


async def of_pool(
    conn: asyncpg.Connection, pool_code: str, *, working_days: WorkingDays
) -> WorkFound:
    """The work list of a pool."""
    books = Books(
        movements=await expected_money.open_movements(conn, pool_code),
        waiting=await expected_money.waiting(conn, pool_code),
        owed=await expected_money.owed(conn, pool_code),
    )
    open_lines = await account_lines.lines(conn, pool_code, only_open=True)
    near: list[Line] = []
    if open_lines:
        since = min(line.booked_on for line in open_lines) - _LOOKED_BACK
        near = await account_lines.lines(conn, pool_code, since=since)
    to_do = work_list(open_lines, near, books, working_days=working_days)
    shown = {one.id for each in to_do for one in (each.line, *each.other_lines)}
    rows = await account_lines.by_id(conn, list(shown))
    proposed = await conn.fetch(
        f"""select line_id, sum(amount_fen)::bigint as fen
            from (select line_id, amount_fen, pool_code from account_bookings
                  where state in ({literals(LIVE - BOOKED)})
                  union all
                  select line_id, amount_fen, pool_code from cash_entries
                  where state in ({literals(WAITING)})) as proposed
            where pool_code = $1 and line_id is not null
            group by line_id""",
        pool_code,
    )
    return WorkFound(
        to_do=to_do,
        rows=rows,
        proposed={row["line_id"]: row["fen"] for row in proposed},
        books=books,
        suspense=await account_matches.in_suspense(conn, pool_code),
    )

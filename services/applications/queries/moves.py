"""What the history of a case's moves says: since when a step's clock runs, how often it went back."""

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import Action, State
from shared.clock import business_date
from shared.life_cycle import SYSTEM_ROLE

_BEGAN: Final = """
select min(at) from case_moves
where case_id = $1 and target = any($2::text[])
  and version > (select coalesce(max(version), 0) from case_moves
                 where case_id = $1 and target = $3)
"""


async def clock_began(
    conn: asyncpg.Connection, case_id: UUID, states: Collection[str]
) -> date | None:
    """The day on which a case, since its bank last handed it in, first stood in one of a step's
    states; None where it never did."""
    at = await conn.fetchval(_BEGAN, case_id, list(states), State.SUBMITTED)
    return None if at is None else business_date(at)


async def times_returned(conn: asyncpg.Connection, case_id: UUID) -> int:
    """How often a person has returned a case to its bank; the machine's returns do not count."""
    found: int = await conn.fetchval(
        "select count(*) from case_moves where case_id = $1 and action = $2 and role <> $3",
        case_id,
        Action.RETURN,
        SYSTEM_ROLE,
    )
    return found


async def decision_of(conn: asyncpg.Connection, case_id: UUID) -> asyncpg.Record | None:
    """The last decision on a case that keeps its checks, by its move; None before one."""
    return await conn.fetchrow(
        "select action, detail, at from case_moves"
        " where case_id = $1 and action = any($2::text[]) and detail ? 'checks'"
        " order by version desc limit 1",
        case_id,
        [Action.APPROVE, Action.COUNTERSIGN, Action.REJECT],
    )


async def passed_on(conn: asyncpg.Connection, case_id: UUID) -> asyncpg.Record | None:
    """What the approver has decided of a case that waits for its countersignature."""
    return await conn.fetchrow(
        "select detail, reason, subject, name, at from case_moves"
        " where case_id = $1 and action = $2 order by version desc limit 1",
        case_id,
        Action.PASS_ON,
    )


_COUNT: Final = """
select action, reason, name, role, subject, at from case_moves
where case_id = $1 and action = any($2::text[])
  and version > (select coalesce(max(version), 0) from case_moves
                 where case_id = $1 and action = any($3::text[]))
order by version
"""
_GIVEN: Final = (Action.RECOMMEND, Action.PASS_ON, Action.APPROVE, Action.COUNTERSIGN)
UNDOES_OPINIONS: Final = (
    Action.WITHDRAW_OPINION, Action.PUT_BACK, Action.RETURN, Action.RESUBMIT,
    Action.REFUSE_SIGNATURE,
)  # fmt: skip
"""After one of these, what was recommended and approved before counts no more."""


async def opinions_that_count(conn: asyncpg.Connection, case_id: UUID) -> list[asyncpg.Record]:
    """Who has recommended, approved and countersigned a case, in this order, as far as it stands."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _COUNT, case_id, list(_GIVEN), list(UNDOES_OPINIONS)
    )
    return rows

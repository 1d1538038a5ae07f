"""Joint meetings to read, and what was resolved of a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from services.applications.tables.meetings import MEETING, MEETINGS, members_of, votes_of
from shared.refusals import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeMeeting:
    """A meeting with its agenda, members and votes."""

    meeting: asyncpg.Record
    members: Sequence[asyncpg.Record]
    agenda: Sequence[asyncpg.Record]
    votes: Sequence[asyncpg.Record]
    conflicts: Sequence[asyncpg.Record]
    """Which member keeps out of which case of the agenda."""
    history: Sequence[asyncpg.Record]
    """Its moves, the first one first."""


_AGENDA = """
select c.*, a.number, a.borrower_name, a.bank_code, a.state as case_state
from meeting_cases as c join applications as a on a.id = c.application_id
where meeting_id = $1 order by case_no
"""
_CONFLICTS = """
select distinct m.subject, a.id as application_id
from meeting_cases as c join applications as a on a.id = c.application_id
join meeting_members as m on m.meeting_id = c.meeting_id
join conflicts as k on k.subject = m.subject and k.lifted_at is null
     and (k.application_id = a.id or k.borrower_uscc = a.borrower_uscc)
where c.meeting_id = $1
"""


_HISTORY = """
select version, at, name, action, reason, detail from case_moves
where case_id = $1 and case_kind = $2 order by version
"""


async def whole_meeting(conn: asyncpg.Connection, meeting_id: UUID) -> WholeMeeting:
    """One. Raises NotFound."""
    row = await conn.fetchrow(MEETING, meeting_id)
    if row is None:
        raise NotFound("没有这次会议", "There is no such meeting.")
    return WholeMeeting(
        meeting=row,
        members=await members_of(conn, meeting_id),
        agenda=await conn.fetch(_AGENDA, meeting_id),
        votes=await votes_of(conn, meeting_id),
        conflicts=await conn.fetch(_CONFLICTS, meeting_id),
        history=await conn.fetch(_HISTORY, meeting_id, MEETINGS.kind),
    )


async def meetings_on(conn: asyncpg.Connection, case_id: UUID) -> list[dict[str, Any]]:
    """The meetings on a case, the last one first, and what each has resolved."""
    rows = await conn.fetch(
        "select id, held_on, state, c.revision, c.amount_fen, c.outcome, c.in_favour, c.against,"
        " c.abstained, array(select name from meeting_votes as v where v.meeting_id = c.meeting_id"
        " and v.application_id = c.application_id order by name) as voters from meeting_cases as c join meetings on id = c.meeting_id"
        " where application_id = $1 order by state_since desc, id",
        case_id,
    )
    return [dict(row) for row in rows]

"""Joint meetings: called, voted, their minutes and what they have resolved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.meeting import LIFE_CYCLE, OPEN, Count, Meeting, Outcome
from shared.auth.identity import Identity
from shared.life_cycle import Row, Words
from shared.postgres.literals import literals
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def about(meeting: Row) -> Mapping[str, Any]:
    """What every event of a meeting says of it."""
    return {
        "meeting_id": meeting["id"],
        "pool_code": meeting["pool_code"],
        "held_on": meeting["held_on"],
    }


MEETINGS: Final = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="meeting",
    table="meetings",
    bank=None,
    columns={
        "held_on": "date",
        "place": "text",
        "quorum": "integer",
        "proposed_by": "text",
        "proposed_name": "text",
        "concluded_by": "text",
        "concluded_name": "text",
    },
    about=about,
    absent=Words("没有这次会议", "There is no such meeting."),
    waits=CasesWait(
        topic="applications",
        number="to_char(k.held_on, 'YYYY-MM-DD')",
        page="'/meetings/' || k.id",
    ),
)

MEETING: Final = """
select m.*, exists (select from meeting_votes as v where v.meeting_id = m.id) as has_votes
from meetings as m where m.id = $1
"""

_ADD: Final = """
insert into meetings (id, pool_code, held_on, place, quorum, state, version, state_since,
                      convened_by, convened_name)
values ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9)
returning *
"""


async def add_meeting(
    conn: asyncpg.Connection, meeting_id: UUID, meeting: Meeting, *, state: str, by: Identity,
    now: datetime,
) -> asyncpg.Record:  # fmt: skip
    """Keep a meeting that is called, with nobody and nothing on it yet."""
    row: asyncpg.Record = await conn.fetchrow(
        _ADD,
        meeting_id, meeting.pool_code, meeting.held_on, meeting.place, meeting.quorum, state, now,
        by.subject, by.name,
    )  # fmt: skip
    return row


async def add_members(
    conn: asyncpg.Connection, meeting_id: UUID, members: Sequence[tuple[str, str, str]]
) -> None:
    """Who is called: subject, name and part of each."""
    await conn.executemany(
        "insert into meeting_members (meeting_id, subject, name, part) values ($1, $2, $3, $4)",
        [(meeting_id, *member) for member in members],
    )


async def put_on_agenda(conn: asyncpg.Connection, meeting_id: UUID, cases: Sequence[Row]) -> None:
    """The locked cases, in their order, as they stand now."""
    await conn.executemany(
        "insert into meeting_cases (meeting_id, application_id, case_no, revision, amount_fen)"
        " values ($1, $2, $3, $4, $5)",
        [
            (meeting_id, case["id"], number, case["revision"], case["amount_fen"])
            for number, case in enumerate(cases, start=1)
        ],
    )


async def clear(conn: asyncpg.Connection, meeting_id: UUID) -> None:
    """Nobody is called and nothing is on the agenda of a meeting that nobody has voted in yet."""
    await conn.execute("delete from meeting_members where meeting_id = $1", meeting_id)
    await conn.execute("delete from meeting_cases where meeting_id = $1", meeting_id)


async def on_other_agendas(
    conn: asyncpg.Connection, cases: Sequence[UUID], *, than: UUID | None = None
) -> set[UUID]:
    """Those of the locked cases that a meeting, another `than` this, speaks about which is not
    over."""
    rows = await conn.fetch(
        "select application_id from meeting_cases join meetings on id = meeting_id"
        f" where application_id = any($1::uuid[]) and state in ({literals(OPEN)})"
        " and meeting_id is distinct from $2",
        list(cases),
        than,
    )
    return {row["application_id"] for row in rows}


async def pool_is_known(conn: asyncpg.Connection, pool_code: str) -> bool:
    """Whether there is a pool of that code."""
    found: bool = await conn.fetchval(
        "select exists (select from pools where code = $1)", pool_code
    )
    return found


async def locked_meeting(conn: asyncpg.Connection, meeting_id: UUID) -> asyncpg.Record | None:
    """One, locked, and whether anybody has voted in it."""
    return await conn.fetchrow(f"{MEETING} for update of m", meeting_id)


async def agenda_of(conn: asyncpg.Connection, meeting_id: UUID) -> list[asyncpg.Record]:
    """The cases of a meeting in their order, each with its number."""
    return list(
        await conn.fetch(
            "select meeting_cases.*, number from meeting_cases"
            " join applications on id = application_id where meeting_id = $1 order by case_no",
            meeting_id,
        )
    )


async def members_of(conn: asyncpg.Connection, meeting_id: UUID) -> list[asyncpg.Record]:
    """Who is called to a meeting."""
    return list(
        await conn.fetch(
            "select subject, name, part from meeting_members where meeting_id = $1"
            " order by subject",
            meeting_id,
        )
    )


async def votes_of(conn: asyncpg.Connection, meeting_id: UUID) -> list[asyncpg.Record]:
    """Every vote of a meeting. It counts where its member has no conflict of interest in the case."""
    return list(
        await conn.fetch(
            """select v.*, not exists (
                   select from conflicts as c join applications as a on a.id = v.application_id
                   where c.subject = v.subject and c.lifted_at is null
                     and (c.application_id = a.id or c.borrower_uscc = a.borrower_uscc)
               ) as counts
               from meeting_votes as v where meeting_id = $1 order by at, subject""",
            meeting_id,
        )
    )


async def add_vote(
    conn: asyncpg.Connection, meeting_id: UUID, case_id: UUID, *, voice: str, reason: str,
    by: Identity, now: datetime,
) -> bool:  # fmt: skip
    """Keep a member's vote. False where it is given already."""
    done = await conn.execute(
        "insert into meeting_votes (meeting_id, application_id, subject, name, voice, reason, at)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        meeting_id, case_id, by.subject, by.name, voice, reason, now,
    )  # fmt: skip
    return bool(done == "INSERT 0 1")


async def keep_minutes(
    conn: asyncpg.Connection, meeting_id: UUID, *, document_id: UUID, text: str, by: Identity,
    now: datetime,
) -> None:  # fmt: skip
    """The minutes of a meeting; the last ones count."""
    await conn.execute(
        "update meetings set minutes_id = $2, minutes_text = $3, minutes_name = $4,"
        " minutes_at = $5 where id = $1",
        meeting_id, document_id, text, by.name, now,
    )  # fmt: skip


async def keep_outcome(
    conn: asyncpg.Connection, meeting_id: UUID, case_id: UUID, count: Count
) -> None:
    """What a meeting has resolved of a case."""
    await conn.execute(
        "update meeting_cases set in_favour = $3, against = $4, abstained = $5, outcome = $6"
        " where meeting_id = $1 and application_id = $2",
        meeting_id, case_id, count.in_favour, count.against, count.abstained, count.outcome,
    )  # fmt: skip


async def a_meeting_has_approved(
    conn: asyncpg.Connection, case_id: UUID, *, revision: int, amount_fen: int
) -> bool:
    """Whether the last concluded meeting on this revision of a case has carried at least so much."""
    row = await conn.fetchrow(
        "select outcome, amount_fen from meeting_cases join meetings on id = meeting_id"
        " where application_id = $1 and revision = $2 and outcome is not null"
        " order by state_since desc limit 1",
        case_id,
        revision,
    )
    return row is not None and row["outcome"] == Outcome.CARRIED and row["amount_fen"] >= amount_fen

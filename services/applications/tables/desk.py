"""The bureau's desk: who was seen here, who is away, who keeps out of what, who looked."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from shared.auth.identity import Identity
from shared.life_cycle import Row

STANDING: Final = """
array(
    select subject from conflicts
    where lifted_at is null
      and (application_id = a.id or borrower_uscc = a.borrower_uscc)
) as conflicted,
array(
    select delegate from absences
    where subject = a.assigned_to and {today} between from_day and coalesce(ended_on - 1, to_day)
) as stand_ins,
(
    select count(*) from conditions
    where application_id = a.id and dropped_at is null and confirmed_at is null
) as open_conditions
"""
"""What the guards of a case `a` read beside its columns; `today` is put in."""

SEEN_AGAIN: Final = timedelta(minutes=10)
"""Somebody who was just seen is not written down again, and looks within this time are one."""

_SEEN: Final = """
insert into staff as known (subject, name, roles, last_seen_at) values ($1, $2, $3, $4)
on conflict (subject) do update
set name = excluded.name, roles = excluded.roles, last_seen_at = excluded.last_seen_at
where (known.name, known.roles) is distinct from (excluded.name, excluded.roles)
   or known.last_seen_at < excluded.last_seen_at - $5::interval
"""


async def seen(conn: asyncpg.Connection, person: Identity, *, now: datetime) -> None:
    """Somebody of the bureau was here, with these roles."""
    await conn.execute(_SEEN, person.subject, person.name, sorted(person.roles), now, SEEN_AGAIN)


async def staff_named(conn: asyncpg.Connection, subject: str) -> asyncpg.Record | None:
    """Somebody who was seen here."""
    return await conn.fetchrow("select * from staff where subject = $1", subject)


_LOOK: Final = """
insert into case_looks (id, application_id, subject, name, at)
select $1, id, $3, $4, $5 from applications
where id = $2 and not exists (
    select from case_looks where application_id = $2 and subject = $3 and at > $6
)
"""


async def looked_at(
    conn: asyncpg.Connection, case_id: UUID, *, by: Identity, now: datetime
) -> None:
    """Somebody of the bureau looks at a case."""
    await conn.execute(_LOOK, uuid7(), case_id, by.subject, by.name, now, now - SEEN_AGAIN)


async def absences_meeting(
    conn: asyncpg.Connection, *, subject: str, from_day: date, to_day: date
) -> list[asyncpg.Record]:
    """Days on which somebody is away that meet these."""
    return list(
        await conn.fetch(
            "select * from absences where subject = $1 and from_day <= $3"
            " and coalesce(ended_on - 1, to_day) >= $2 order by from_day",
            subject,
            from_day,
            to_day,
        )
    )


async def who_is_away(conn: asyncpg.Connection, delegate: str, today: date) -> list[str]:
    """Those for whom a person stands in on a day."""
    rows = await conn.fetch(
        """select distinct subject from absences
           where delegate = $1 and $2 between from_day and to_day
             and (ended_on is null or ended_on > $2)
           order by subject""",
        delegate,
        today,
    )
    return [row["subject"] for row in rows]


async def lock_absences(conn: asyncpg.Connection) -> None:
    """Let absences be entered one after the other, so that none meets another unseen."""
    await conn.execute("select pg_advisory_xact_lock(hashtextextended('absences', 0))")


async def add_absence(
    conn: asyncpg.Connection, *, subject: str, delegate: str, from_day: date, to_day: date,
    reason: str, by: Identity, now: datetime,
) -> UUID:  # fmt: skip
    """Keep that somebody is away."""
    absence_id = uuid7()
    await conn.execute(
        "insert into absences (id, subject, delegate, from_day, to_day, reason, entered_by,"
        " entered_name, entered_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        absence_id, subject, delegate, from_day, to_day, reason, by.subject, by.name, now,
    )  # fmt: skip
    return absence_id


async def locked_absence(conn: asyncpg.Connection, absence_id: UUID) -> asyncpg.Record | None:
    """One, locked."""
    return await conn.fetchrow("select * from absences where id = $1 for update", absence_id)


async def absence_told(conn: asyncpg.Connection, absence_id: UUID) -> dict[str, Any]:
    """What is told of an absence: its days, who is away and who stands in, with their names."""
    row = await conn.fetchrow(
        """select a.id as absence_id, a.subject as person, who.name as person_name, a.delegate,
                  other.name as delegate_name, a.from_day,
                  coalesce(a.ended_on - 1, a.to_day) as to_day, a.reason
           from absences as a join staff as who on who.subject = a.subject
           join staff as other on other.subject = a.delegate where a.id = $1""",
        absence_id,
    )
    assert row is not None, "an absence is of people who were seen here"
    return dict(row)


async def end_absence(conn: asyncpg.Connection, absence_id: UUID, *, on: date, by: str) -> None:
    """Who was away is back on this day: the day before is the last one away."""
    await conn.execute(
        "update absences set ended_on = greatest(least($2, to_day + 1), from_day), ended_by = $3"
        " where id = $1",
        absence_id,
        on,
        by,
    )


async def add_conflict(
    conn: asyncpg.Connection, *, subject: str, case_id: UUID | None, borrower_uscc: str | None,
    reason: str, by: Identity, now: datetime,
) -> UUID | None:  # fmt: skip
    """Keep that somebody keeps out. None where it is known already."""
    found: UUID | None = await conn.fetchval(
        "insert into conflicts (id, subject, application_id, borrower_uscc, reason, declared_by,"
        " declared_name, declared_at) values ($1, $2, $3, $4, $5, $6, $7, $8)"
        " on conflict do nothing returning id",
        uuid7(), subject, case_id, borrower_uscc, reason, by.subject, by.name, now,
    )  # fmt: skip
    return found


async def locked_conflict(conn: asyncpg.Connection, conflict_id: UUID) -> asyncpg.Record | None:
    """One, locked."""
    return await conn.fetchrow("select * from conflicts where id = $1 for update", conflict_id)


async def lift_conflict(
    conn: asyncpg.Connection, conflict_id: UUID, *, reason: str, by: Identity, now: datetime
) -> None:
    """It does not hold any more, or never did."""
    await conn.execute(
        "update conflicts set lifted_by = $2, lifted_name = $3, lifted_at = $4, lifted_reason = $5"
        " where id = $1",
        conflict_id,
        by.subject,
        by.name,
        now,
        reason,
    )


async def cases_in_hand(
    conn: asyncpg.Connection, *, subject: str, borrower_uscc: str, states: Any
) -> list[UUID]:
    """The cases of a firm that somebody has taken or recommended, in the order of ids."""
    rows = await conn.fetch(
        "select id from applications where borrower_uscc = $1 and state = any($3::text[])"
        " and $2 in (assigned_to, recommended_by) order by id",
        borrower_uscc,
        subject,
        list(states),
    )
    return [row["id"] for row in rows]


async def prioritise(
    conn: asyncpg.Connection, case: Row, *, priority: int, reason: str, by: Identity, now: datetime
) -> None:
    """Set how urgent a locked case is; what was said before stays."""
    await conn.execute(
        "with said as (insert into case_priorities"
        " (id, application_id, priority, reason, subject, name, at)"
        " values ($1, $2, $3, $4, $5, $6, $7))"
        " update applications set priority = $3 where id = $2",
        uuid7(), case["id"], priority, reason, by.subject, by.name, now,
    )  # fmt: skip

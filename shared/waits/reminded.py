"""Tells what is near its last day or past it, each level once, whatever the clock does.

Before the day those are told who are to act, from the day on their supervisors too, later the
leaders. Days are working days. A level that was passed over while nothing ran is not told
afterwards: the highest that is reached says it all. A clock that goes back tells nothing again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg

from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.contracts.deadlines import (
    CaseDeadlineApproachingV1,
    CaseDeadlinePassedV1,
    PoolDeadlineApproachingV1,
    PoolDeadlinePassedV1,
)
from shared.contracts.envelope import Event
from shared.messaging import outbox
from shared.roles import BANK_ROLES, PARTY_ROLES
from shared.waits.declared import Source
from shared.waits.kept import said

_APPROACHING = {"applications": CaseDeadlineApproachingV1, "risk_pool": PoolDeadlineApproachingV1}
_PASSED = {"applications": CaseDeadlinePassedV1, "risk_pool": PoolDeadlinePassedV1}


@dataclass(frozen=True, slots=True)
class Level:
    """From how many working days before the last day (after it: negative) whom is told."""

    number: int
    days_left: int
    term_days: int
    """Only of a term that was longer than this, in days: who has just been given a shorter one knows."""
    also: tuple[str, ...] = ()
    """The bureau's roles above those who are to act."""


_ANY = -(10**5)
"""Also what was late when it was entered: nobody has heard of its day before."""

LEVELS = (
    Level(1, 5, 10),
    Level(2, 1, 3),
    Level(3, -1, _ANY),
    Level(4, -6, _ANY, ("pool_manager",)),
    Level(5, -11, _ANY, ("pool_manager", "leader")),
)
"""Where the programmes are silent (assumed): five days and one day before, the day after, a week and
two weeks after."""

AT_ONCE = 2000
"""How many waits are told of in one transaction."""

_REMIND = """
    with level as (
        select * from unnest($1::int[], $2::date[], $3::int[]) as level (number, before, term_days)
    ), due as (
        select w.id, max(level.number) as number
        from waits w join level on w.due_on < level.before and w.told < level.number
        where w.ended_at is null
          and w.due_on - (w.set_at at time zone 'Asia/Shanghai')::date > level.term_days
        group by w.id
    ), mine as (
        select w.id, due.number from waits w join due on due.id = w.id
        order by w.due_on, w.id limit $4
        for update of w skip locked
    )
    update waits w set told = mine.number
    from mine where w.id = mine.id and w.ended_at is null and w.told < mine.number
    returning w.*, mine.number as level
"""


async def remind(
    conn: asyncpg.Connection,
    sources: Mapping[str, Source],
    *,
    now: datetime,
    working_days: WorkingDays,
) -> bool:
    """Tell of what has come near or passed since it was looked at. True where there may be more."""
    today = business_date(now)
    rows = await conn.fetch(
        _REMIND,
        [level.number for level in LEVELS],
        [_before(level, today, working_days) for level in LEVELS],
        [level.term_days for level in LEVELS],
        AT_ONCE,
    )
    rows = sorted(rows, key=lambda row: (row["due_on"], row["id"]))
    events = [
        _reminder(sources[row["case_kind"]], row, today=today, working_days=working_days)
        for row in rows
        if row["case_kind"] in sources
    ]
    await outbox.append(conn, events, now=now)
    return len(rows) == AT_ONCE


def _before(level: Level, today: date, working_days: WorkingDays) -> date:
    """Whatever is due before this day has reached the level."""
    if level.days_left < 0:
        return today if level.days_left == -1 else working_days.add(today, level.days_left + 1)
    return working_days.add(today, level.days_left) + timedelta(days=1)


def _reminder(
    source: Source, row: Mapping[str, Any], *, today: date, working_days: WorkingDays
) -> Event:
    level = LEVELS[row["level"] - 1]
    is_over = today > row["due_on"]
    event = (_PASSED if is_over else _APPROACHING)[source.topic]
    bureau = tuple(role for role in row["roles"] if role not in BANK_ROLES | PARTY_ROLES)
    also = level.also if source.escalates else ()
    named = (row["person"],) if row["person"] else ()
    return event(
        **said(source, row),
        level=level.number,
        working_days=abs(working_days.between(today, row["due_on"])),
        people=named,
        to_roles=tuple(dict.fromkeys((() if named else bureau) + also)),
    )

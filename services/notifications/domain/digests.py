"""Digests: when one is due, and what stands in it.

The first one of a week is made also where nothing is new, if something waits: what is open and late
is told again and again until it is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from services.notifications.domain.hours import SHANGHAI, KnowsWorkingDays

DIGEST_TYPE: Final = "digest.v1"

AT: Final = time(8, 30)
"""Of a working day: what was told before is in the digest of that day (assumed)."""

LISTED: Final = 20
"""So many messages stand in the letter itself; of more, the first of each group and a file of all."""
FIRST_OF_GROUP: Final = 3
NEAREST: Final = 10
"""So many of the days that are nearest stand in the letter."""


class Digest(StrEnum):
    """How a receiver of people is told."""

    EACH = "each"
    """Message by message."""
    DAILY = "daily"
    """On the morning of every working day."""
    WEEKLY = "weekly"
    """On the morning of the first working day of a week."""


def told_until(digest: Digest, now: datetime, working_days: KnowsWorkingDays) -> datetime:
    """What a receiver was told of before this moment is due by now. Who has gone back to being told
    message by message gets at once what is left."""
    if digest is Digest.EACH:
        return now
    at = now.astimezone(SHANGHAI)
    day = at.date() if at.time() >= AT else at.date() - timedelta(days=1)
    while not _is_due_on(digest, day, working_days):
        day -= timedelta(days=1)
    return datetime.combine(day, AT, SHANGHAI)


def _is_due_on(digest: Digest, day: date, working_days: KnowsWorkingDays) -> bool:
    if not working_days.is_working(day):
        return False
    before_in_week = (day - timedelta(days=n) for n in range(1, day.weekday() + 1))
    return digest is Digest.DAILY or not any(map(working_days.is_working, before_in_week))


def kind_of(event_type: str) -> str:
    """What an event is about: the first word of its type, the same for the deadlines of both services."""
    return event_type.partition(".")[0].removeprefix("case-").removeprefix("pool-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message as a digest tells it."""

    message_id: UUID
    event_type: str
    pool_code: str
    subject: str
    happened_at: datetime
    title: Mapping[str, str]
    text: Mapping[str, str]
    link: str

    @property
    def kind(self) -> str:
        """What it is about: the first word of its type."""
        return kind_of(self.event_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that is to be done until a day, as its deadline was told."""

    pool_code: str
    number: str
    due_on: date
    noun: Mapping[str, str]
    what: Mapping[str, str]
    page: str
    stands_for: str = ""
    """Who has it in hand and is away, so that it is done for them; "" where nobody is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What happened in one pool of one kind, the oldest first."""

    pool_code: str
    kind: str
    entries: tuple[Entry, ...]


def grouped(entries: Sequence[Entry]) -> list[Group]:
    """By pool, what is of no pool last, then by kind and type."""
    found: dict[tuple[bool, str, str], list[Entry]] = {}
    for one in sorted(entries, key=lambda one: (one.event_type, one.happened_at)):
        found.setdefault((one.pool_code == "", one.pool_code, one.kind), []).append(one)
    return [
        Group(pool_code=pool, kind=kind, entries=tuple(of_it))
        for (_, pool, kind), of_it in sorted(found.items())
    ]


def shown_of(group: Group, *, all_of: int) -> tuple[Entry, ...]:
    """Those of a group that stand in the letter, where it has so many in all."""
    return group.entries if all_of <= LISTED else group.entries[:FIRST_OF_GROUP]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How much is to be done: in all, past its day, and due within a week."""

    open: int
    overdue: int
    this_week: int


def figures_of(waiting: Sequence[Waiting], *, today: date) -> Figures:
    """Counted as of a day."""
    soon = today + timedelta(days=7)
    return Figures(
        open=len(waiting),
        overdue=sum(one.due_on < today for one in waiting),
        this_week=sum(today <= one.due_on <= soon for one in waiting),
    )


def as_data(entries: Sequence[Entry], waiting: Sequence[Waiting], *, today: date) -> dict[str, Any]:
    """What a digest's message keeps, so that what was sent stays as it was."""
    return {
        "today": today.isoformat(),
        "entries": [
            {
                "message_id": str(one.message_id),
                "event_type": one.event_type,
                "pool_code": one.pool_code,
                "subject": one.subject,
                "happened_at": one.happened_at.isoformat(),
                "title": dict(one.title),
                "text": dict(one.text),
                "link": one.link,
            }
            for one in entries
        ],
        "waiting": [
            {
                "pool_code": one.pool_code,
                "number": one.number,
                "due_on": one.due_on.isoformat(),
                "noun": dict(one.noun),
                "what": dict(one.what),
                "page": one.page,
                "stands_for": one.stands_for,
            }
            for one in waiting
        ],
    }


def from_data(data: Mapping[str, Any]) -> tuple[list[Entry], list[Waiting], date]:
    """The same, read again."""
    entries = [
        Entry(
            **{**one, "message_id": UUID(one["message_id"])}
            | {"happened_at": datetime.fromisoformat(one["happened_at"])}
        )
        for one in data["entries"]
    ]
    waiting = [
        Waiting(**{**one, "due_on": date.fromisoformat(one["due_on"])}) for one in data["waiting"]
    ]
    return entries, waiting, date.fromisoformat(data["today"])

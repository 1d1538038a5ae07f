"""The inbox: what a person is told, what of it they have read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.auth.identity import Identity
from shared.postgres.database import EVERYWHERE
from shared.postgres.grids import Grid, Sortable
from shared.roles import BUREAU_ROLES

MOST_COUNTED = 1000
"""Beyond so many unread messages nobody needs the exact number."""


class AddressedTo(StrEnum):
    """Why a message stands in somebody's inbox."""

    ME = "me"
    ROLE = "role"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads, and for whom they stand in today."""

    institution: str
    subject: str
    roles: frozenset[str]
    absent: Mapping[str, str]
    """The subjects of those who are away, each with a name."""

    @property
    def people(self) -> list[str]:
        """By whose names they are addressed."""
        return [self.subject, *self.absent]

    def addressed(self, message: Mapping[str, Any]) -> tuple[AddressedTo, str]:
        """Why one of their messages is theirs; of who is away, the name, else ""."""
        if self.subject in message["people"]:
            return AddressedTo.ME, ""
        if self.roles & set(message["roles"]):
            return AddressedTo.ROLE, ""
        return AddressedTo.ABSENT, next(
            name for person, name in self.absent.items() if person in message["people"]
        )


# A message is a person's when it is their institution's and concerns one of their roles, or names
# them or somebody they stand in for. The institution is named beside row-level security, because
# the bureau's people would see the banks' inboxes otherwise.
_MINE = "m.institution = $1 and m.in_inbox and (m.roles && $2::text[] or m.people && $3::text[])"


def _branches(reader: "Reader") -> list[str]:
    """That a message is a person's, one condition for each reason. Of the bureau what each role has is an index of
    its own, which its words name: whoever has few messages does not walk past all others'."""
    if reader.institution != EVERYWHERE:
        return [_MINE]
    here = f"m.institution = '{EVERYWHERE}' and m.in_inbox"
    by_role = [
        f"{here} and '{role}' = any (m.roles)" for role in sorted(reader.roles & BUREAU_ROLES)
    ]
    return [*by_role, f"{here} and m.people <> '{{}}' and m.people && $3::text[]"]


def _first(reader: "Reader", conditions: str, order: str, limit: str) -> str:
    """The positions of the first messages of a person: of each reason no more than a page is read."""
    parts = " union ".join(
        f"""(select m.position from messages m where {mine} and {conditions}
             order by m.position {order} limit {limit})"""
        for mine in _branches(reader)
    )
    return f"""select position from ({parts}) as one
               where $1::text is not null and $2::text[] is not null and $3::text[] is not null and $4::text is not null
               order by position {order} limit {limit}"""


_UNREAD = """
    not exists (select from read_marks r where r.message_id = m.id and r.subject = $4)
    and m.position > coalesce((select position from read_up_to
                               where institution = $1 and subject = $4), 0)
"""

_SHOWN = f"""
    m.id, m.position, m.event_type, m.roles, m.people, m.pool_code, m.bank_code, m.loan_id,
    m.subject, m.happened_at, m.created_at, m.title_zh, m.text_zh, m.title_en, m.text_en, m.link,
    not ({_UNREAD}) as is_read
"""

_READ = """
    (exists (select from read_marks r where r.message_id = m.id and r.subject = $2)
     or m.position <= coalesce((select position from read_up_to
                                where institution = $1 and subject = $2), 0))
"""
INBOX: Final = Grid(
    rows=f"(select m.*, {_READ} as is_read from messages m where m.in_inbox) as m",
    key=(Sortable("position", int),),
    # Positions are given in the order of time.
    sorts={"happened_at": Sortable("position", int)},
    most_counted=10_000,
)
"""Messages as a person finds them, the newest first; see `of_reader`."""

_AFTER = f"""
    select {_SHOWN}
    from messages m
    where {_MINE} and m.position > $5
    order by m.position
    limit $6
"""

_ABSENT = """
    select person, max(person_name) as name from stand_ins
    where delegate = $1 and $2 between from_day and to_day
    group by person order by person
"""


async def reader_of(conn: asyncpg.Connection, caller: Identity, *, today: date) -> Reader:
    """Who calls, as the inbox knows them."""
    rows = await conn.fetch(_ABSENT, caller.subject, today)
    return Reader(
        institution=caller.institution,
        subject=caller.subject,
        roles=caller.roles,
        absent={row["person"]: row["name"] for row in rows},
    )


def of_reader(reader: Reader) -> Grid:
    """The inbox with what this person has read of it."""
    return replace(INBOX, given=(reader.institution, reader.subject))


def addressed_to(reader: Reader) -> Mapping[str, Any]:
    """Messages of `INBOX` that are this person's."""
    mine = "institution = {} and (roles && {}::text[] or people && {}::text[])"
    return {mine: (reader.institution, sorted(reader.roles), reader.people)}


async def after(
    conn: asyncpg.Connection, reader: Reader, *, position: int, limit: int
) -> list[asyncpg.Record]:
    """A person's messages after a position, the oldest first."""
    rows: list[asyncpg.Record] = await conn.fetch(_AFTER, *_who(reader), position, limit)
    return rows


async def count_unread(conn: asyncpg.Connection, reader: Reader) -> int:
    """How many messages a person has not read, MOST_COUNTED at most."""
    count: int = await conn.fetchval(
        f"select count(*) from ({_first(reader, _UNREAD, 'desc', '$5')}) as unread",
        *_who(reader),
        MOST_COUNTED,
    )
    return count


async def newest_position(conn: asyncpg.Connection) -> int:
    """Where the newest message stands that may be seen; 0 before the first."""
    position: int = await conn.fetchval("select coalesce(max(position), 0) from messages")
    return position


async def is_ones_own(conn: asyncpg.Connection, reader: Reader, message_id: UUID) -> bool:
    """Whether a person has this message."""
    mine: bool = await conn.fetchval(
        f"select exists (select from messages m where {_MINE} and m.id = $4)",
        reader.institution,
        sorted(reader.roles),
        reader.people,
        message_id,
    )
    return mine


def _who(reader: Reader) -> tuple[str, list[str], list[str], str]:
    """The first four parameters of a statement about a person's messages."""
    return reader.institution, sorted(reader.roles), reader.people, reader.subject

"""How far a service has told: a number for each event, given before it is published, and an epoch.

The numbers are dense and are those of the feed. A batch is numbered and remembered in one statement
before it is sent; whoever takes over after a crash sends that very batch again, so that a number is
never given to two events. What hears a number it did not expect knows how much it has missed.

A database that was restored gives numbers anew from where it stood. So each number belongs to an
epoch, which says after which number it began: "<after>-<id>". A database knows itself by its server
and its number there; a copy that finds itself elsewhere begins an epoch. One that is put back in
place (`zhidai restore`) is marked, which comes to the same.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg

from shared.messaging.tables import Executes

STATEMENTS = (
    """
    create table told_epochs (
        number integer generated always as identity primary key,
        id uuid not null unique,
        began_after bigint not null,
        last bigint not null,
        place text not null,
        began_at timestamptz not null
    )
    """,
    """
    insert into told_epochs (id, began_after, last, place, began_at)
    select gen_random_uuid(), 0, coalesce(max(position), 0), '', now() from event_feed
    """,
    """
    create table told_batches (
        after bigint primary key,
        ids bigint[] not null
    )
    """,
    """
    create table told_again (
        id bigint generated always as identity primary key,
        next bigint not null,
        until bigint not null,
        by text not null,
        asked_at timestamptz not null default now()
    )
    """,
)

# A sandbox's clock may stand elsewhere, and what is said there is said by it.
_MARK_RESTORED = """
update told_epochs set place = 'restored ' || coalesce(
    $1::timestamptz, (select stood_at + (now() - set_at) from sandbox_clock), now())
"""

_PLACE = """
select system_identifier || '/' || (select oid from pg_database where datname = current_database())
from pg_control_system()
"""


def create_tables(op: Executes) -> None:
    """Make the tables of what was told, in a migration (`op` is Alembic's)."""
    for statement in STATEMENTS:
        op.execute(statement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """A time in which numbers were given without a break."""

    number: int
    id: UUID
    began_after: int
    last: int
    """The highest number given in it so far."""
    began_at: datetime

    @property
    def name(self) -> str:
        """As it travels."""
        return f"{self.began_after}-{self.id.hex}"


def began_after(epoch: str) -> int:
    """After which number an epoch of that name began. Raises ValueError where it is no name."""
    after, found, id_ = epoch.partition("-")
    if not (found and after.isdecimal() and after.isascii() and len(after) <= 18):
        raise ValueError(f"{epoch[:80]!r} is no epoch")
    UUID(id_)
    return int(after)


async def epochs(conn: asyncpg.Connection) -> list[Epoch]:
    """All epochs of this service, the oldest first."""
    rows = await conn.fetch(
        "select number, id, began_after, last, began_at from told_epochs order by number"
    )
    return [Epoch(**dict(row)) for row in rows]


async def know_itself(conn: asyncpg.Connection, *, now: datetime) -> Epoch:
    """The epoch to give numbers in; a new one where this database is a copy of what it was.

    Call it in a transaction. What a copy had numbered and not yet moved is numbered again.
    """
    await conn.execute("lock table told_epochs in share row exclusive mode")
    here = await conn.fetchval(_PLACE)
    newest = await conn.fetchrow(
        "select number, place from told_epochs order by number desc limit 1"
    )
    if newest["place"] == "":
        await conn.execute(
            "update told_epochs set place = $1 where number = $2", here, newest["number"]
        )
    elif newest["place"] != here:
        await conn.execute(
            """
            insert into told_epochs (id, began_after, last, place, began_at)
            select $1, last, last, $2, case when $4 like 'restored %'
                                           then substr($4, 10)::timestamptz else $3 end
            from (select coalesce((select min(after) from told_batches),
                                  (select last from told_epochs order by number desc limit 1)))
                 as told (last)
            """,
            uuid4(),
            here,
            now,
            newest["place"],
        )
        await conn.execute("delete from told_batches")
    return (await epochs(conn))[-1]


async def go_on_after_the_feed(conn: asyncpg.Connection) -> None:
    """Before a relay gives numbers: while versions changed, the relay of one from before there were
    numbers may have moved events into the feed, at the positions that are next here.

    To be called by who holds the relay's lock, and knows itself.
    """
    await conn.execute(
        """
        update told_epochs set last = fed.last
        from (select max(position) as last from event_feed) as fed
        where number = (select max(number) from told_epochs) and fed.last > told_epochs.last
        """
    )
    # Batches that were numbered here and published by that relay, without these numbers.
    await conn.execute(
        """
        delete from told_batches as b
        where not exists (select from outbox where id = any (b.ids))
        """
    )


async def mark_restored(conn: asyncpg.Connection, *, lost_at: datetime | None) -> None:
    """After a restore: the next start begins an epoch, whose beginning is the moment at which the
    database before was lost (None: now)."""
    await conn.execute(_MARK_RESTORED, lost_at)


async def restored_at(conn: asyncpg.Connection) -> datetime | None:
    """When this database last found itself to be a copy, by the service's clock; None if never."""
    moment: datetime | None = await conn.fetchval(
        "select max(began_at) from told_epochs where number > (select min(number) from told_epochs)"
    )
    return moment


async def said_since(conn: asyncpg.Connection, moment: datetime) -> int | None:
    """The number of the first event in the feed after the last that was published before a moment; None
    where there is none."""
    found: int | None = await conn.fetchval(
        """
        select min(position) from event_feed where position > coalesce((
            select position from event_feed where occurred_at < $1 order by position desc limit 1
        ), 0)
        """,
        moment,
    )
    return found


async def ask_again(conn: asyncpg.Connection, *, first: int, until: int | None, by: str) -> int:
    """Let the relay publish what the feed has from a number on once more; how many events that is.

    Listeners pass over what they know. Raises ValueError where the feed has nothing there.
    """
    begins, last = await conn.fetchrow(
        "select coalesce(min(position), 1), coalesce(max(position), 0) from event_feed"
    )
    until = last if until is None else min(until, last)
    if first > until:
        raise ValueError(f"the feed ends at {last}")
    if first < begins:
        raise ValueError(f"the feed begins at {begins}; what was before is in the archive")
    await conn.execute(
        "insert into told_again (next, until, by) values ($1, $2, $3)", first, until, by
    )
    return int(until - first + 1)

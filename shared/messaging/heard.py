"""How far a service has heard of every producer, kept in its own database.

Numbers of one producer come over several partitions and so not quite in order: kept are the number
up to which everything was heard, and what was heard beyond. A number that stays out is a gap: seen
at once, told by `/readyz`, metrics, log and the console, and heard again from the producer's feed.

Beside it lies how far each partition was read. A process goes on from there, not from what the
broker remembers of the group: so a database that was restored reads again what it has forgotten.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from shared.messaging.tables import Executes
from shared.messaging.told import began_after
from shared.messaging.wire import Arrived

STATEMENTS = (
    """
    create table heard_epochs (
        number bigint generated always as identity unique,
        topic text not null,
        epoch text not null,
        began_after bigint not null,
        until bigint not null,
        ahead int8multirange not null default '{}',
        gone_back bigint not null default 0,
        waits_since timestamptz,
        primary key (topic, epoch)
    )
    """,
    """
    create table heard_offsets (
        topic text not null,
        partition integer not null,
        next bigint not null,
        primary key (topic, partition)
    )
    """,
    # What was heard before events had numbers: of whom, with an epoch that nobody has.
    """
    insert into heard_epochs (topic, epoch, began_after, until)
    select distinct topic, '', 0, 0 from heard_counts
    """,
)

GAP_SECONDS = 30
"""After this a number that has not come is missing; before, another partition may still bring it."""

# An epoch that begins has what was heard of the one before up to where it began. What was heard
# beyond that was said by a database that has since gone back.
_BEGIN = """
with before as (
    select epoch, until, ahead from heard_epochs where topic = $1 order by number desc limit 1
)
insert into heard_epochs (topic, epoch, began_after, until, ahead, gone_back)
select $1, $2, $3,
       coalesce((select case when epoch = '' then $4 else least(until, $3) end from before), $3),
       coalesce((select ahead * int8multirange(int8range(null, $3, '[]')) from before), '{}'),
       coalesce((select greatest(coalesce(upper(ahead) - 1, until), until) - $3 from before
                 where epoch <> '' and greatest(coalesce(upper(ahead) - 1, until), until) > $3), 0)
on conflict (topic, epoch) do nothing
"""

# What was heard of an epoch is heard of those after it, too, as far as they have it in common.
_NOTE = """
with told as (
    select h.topic, h.epoch, h.until,
           h.ahead + case when h.epoch = $2 then $3::int8multirange
                     else $3::int8multirange * int8multirange(int8range(null, h.began_after, '[]'))
                     end - int8multirange(int8range(null, h.until, '[]')) as beyond
    from heard_epochs h
    where h.topic = $1
      and h.number >= (select number from heard_epochs where topic = $1 and epoch = $2)
    order by h.number
    for update
), next as (
    select told.*, case when lower(beyond) = until + 1
           then (select upper(r) - 1 from unnest(beyond) r order by r limit 1) else until
           end as reached
    from told
), left_over as (
    select topic, epoch, until, reached,
           beyond - int8multirange(int8range(null, reached, '[]')) as ahead
    from next
)
update heard_epochs h
set until = l.reached, ahead = l.ahead,
    waits_since = case when isempty(l.ahead) then null
                       when l.reached > l.until or h.waits_since is null then now()
                       else h.waits_since end
from left_over l
where h.topic = l.topic and h.epoch = l.epoch
"""


def create_tables(op: Executes) -> None:
    """Make the tables of what was heard, in a migration (`op` is Alembic's)."""
    for statement in STATEMENTS:
        op.execute(statement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How far one producer was heard, in its newest epoch."""

    topic: str
    epoch: str
    until: int
    """Everything up to this number was heard."""
    highest: int
    """The highest number heard."""
    missing: int
    """How many numbers between this and the last one heard have not come."""
    missing_until: int
    """The last of them; 0 where none is missing."""
    waits_since: datetime | None
    """Since when the next number has been waited for while later ones came."""
    gone_back: int
    """By how many events the producer is behind what was heard of it: it was restored."""
    waits_seconds: float
    """How long that is by now; 0 where nothing is waited for."""

    @property
    def is_gap(self) -> bool:
        """Whether what is missing is more than the moment between two partitions."""
        return self.waits_seconds >= GAP_SECONDS


async def note(
    conn: asyncpg.Connection,
    topic: str,
    arrived: Iterable[Arrived],
    offsets: Mapping[int, int],
) -> None:
    """Write down what has come of a topic and is dealt with, and how far its partitions are read.

    In a transaction, after the events themselves: what was not noted comes again and is passed over.
    """
    for epoch, numbers in _by_epoch(arrived).items():
        known = await conn.fetchval(
            "select 1 from heard_epochs where topic = $1 and epoch = $2", topic, epoch
        )
        if not known:
            await conn.execute(_BEGIN, topic, epoch, began_after(epoch), min(numbers) - 1)
        await conn.execute(_NOTE, topic, epoch, _ranges(numbers))
    if offsets:
        await conn.execute(
            """
            insert into heard_offsets as h (topic, partition, next)
            select $1, * from unnest($2::int[], $3::bigint[]) order by 2
            on conflict (topic, partition) do update set next = excluded.next
            """,
            topic,
            sorted(offsets),
            [offsets[partition] for partition in sorted(offsets)],
        )


async def note_all(
    conn: asyncpg.Connection, topic: str, epoch: str, *, first: int, last: int
) -> None:
    """Write down that nothing is missing from one number of a producer to another, in the newest epoch.

    For who has read its feed: what did not concern the service has no row in the inbox, and is heard all
    the same.
    """
    await conn.execute(_BEGIN, topic, epoch, began_after(epoch), first - 1)
    await conn.execute(_NOTE, topic, epoch, [asyncpg.Range(first, last + 1)])


async def offsets_of(conn: asyncpg.Connection, topics: Iterable[str]) -> dict[tuple[str, int], int]:
    """(Topic, partition) → the offset to read next, as far as this database knows."""
    rows = await conn.fetch(
        "select topic, partition, next from heard_offsets where topic = any($1::text[])",
        list(topics),
    )
    return {(row["topic"], row["partition"]): row["next"] for row in rows}


async def how_far(conn: asyncpg.Connection) -> list[Heard]:
    """How far every producer was heard, by topic."""
    rows = await conn.fetch(
        """
        select distinct on (topic) topic, epoch, until, waits_since,
               coalesce(extract(epoch from now() - waits_since), 0)::float8 as waits_seconds,
               (select coalesce(max(gone_back), 0) from heard_epochs o where o.topic = h.topic)
                   as gone_back,
               coalesce(upper(ahead) - 1, until) as highest,
               case when isempty(ahead) then 0
                    else upper(ahead) - 1 - until
                         - (select sum(upper(r) - lower(r)) from unnest(ahead) r) end::bigint
                   as missing,
               case when isempty(ahead) then 0
                    else (select max(lower(r)) from unnest(ahead) r) - 1 end::bigint
                   as missing_until
        from heard_epochs h where epoch <> ''
        order by topic, number desc
        """
    )
    return [Heard(**dict(row)) for row in rows]


def _by_epoch(arrived: Iterable[Arrived]) -> dict[str, list[int]]:
    """The numbers that came, by epoch, in the order in which the epochs came."""
    found: dict[str, list[int]] = {}
    for one in arrived:
        if one.sequence:
            found.setdefault(one.epoch, []).append(one.sequence)
    return found


def _ranges(numbers: Sequence[int]) -> list[asyncpg.Range]:
    """Numbers as few ranges, for a multirange."""
    ranges: list[list[int]] = []
    for number in sorted(set(numbers)):
        if ranges and ranges[-1][1] == number:
            ranges[-1][1] = number + 1
        else:
            ranges.append([number, number + 1])
    return [asyncpg.Range(first, after) for first, after in ranges]

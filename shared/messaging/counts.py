"""How many events a service has told, and has heard of others, by month and type.

A speaker may tell its listeners what it has told (a marker when a day is over); a listener that
compares it with what has arrived knows whether anything was lost or is late. Counted where each
event passes once: told when the relay moves it from the outbox to the feed, heard with its inbox
row. So neither a repeat nor the order of partitions changes a count, and nothing has to be counted
over a history. An event belongs to the month in China in which it was said (`ce_time`), for both.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

import asyncpg

from shared.clock import business_date
from shared.contracts.envelope import Envelope
from shared.messaging.tables import Executes
from shared.months import Month

MONTH_SAID = "to_char(ce_time at time zone 'Asia/Shanghai', 'YYYY-MM')"
"""In SQL, over rows of the outbox."""

STATEMENTS = (
    """
    create table told_counts (
        month text not null,
        type text not null,
        count bigint not null,
        primary key (month, type)
    )
    """,
    """
    create table heard_counts (
        topic text not null,
        month text not null,
        type text not null,
        count bigint not null,
        primary key (topic, month, type)
    )
    """,
)


def create_tables(op: Executes) -> None:
    """Make the counters, in a migration (`op` is Alembic's)."""
    for statement in STATEMENTS:
        op.execute(statement)


async def count_heard(conn: asyncpg.Connection, topic: str, arrived: Iterable[Envelope]) -> None:
    """Count what has arrived for the first time, applied or parked.

    Call it last in the transaction: members of a group wait for each other's counters, so these
    are held for as short as can be, and in one order.
    """
    counted = _by_month(list(arrived))
    if not counted:
        return
    rows = sorted(counted.items())
    await conn.execute(
        """
        insert into heard_counts as kept (topic, month, type, count)
        select $1, month, type, count
        from unnest($2::text[], $3::text[], $4::bigint[]) as new (month, type, count)
        order by month, type
        on conflict (topic, month, type) do update set count = kept.count + excluded.count
        """,
        topic,
        [month for (month, _), _ in rows],
        [type_ for (_, type_), _ in rows],
        [count for _, count in rows],
    )


def _by_month(arrived: Sequence[Envelope]) -> Counter[tuple[str, str]]:
    """(Month, type) → how many. What comes together was said together: where the first and the last of it
    are of one month, so is all between."""
    if not arrived:
        return Counter()
    times = [envelope.time for envelope in arrived]
    first, last = _month_of(min(times)), _month_of(max(times))
    if first == last:
        return Counter((first, envelope.type) for envelope in arrived)
    return Counter((_month_of(envelope.time), envelope.type) for envelope in arrived)


def _month_of(time: datetime) -> str:
    return str(Month.of(business_date(time)))


async def told_by_month(conn: asyncpg.Connection) -> dict[tuple[str, str], int]:
    """(Month, type) → events told by this service, published or waiting to be.

    One statement sees each event once: it is in the outbox, or counted, never both.
    """
    rows = await conn.fetch(
        f"""
        select month, type, sum(count)::bigint as count
        from (select month, type, count from told_counts
              union all
              select {MONTH_SAID}, type, count(*) from outbox group by 1, 2) as told
        group by month, type
        """
    )
    return {(row["month"], row["type"]): row["count"] for row in rows}


async def heard_of(conn: asyncpg.Connection, topic: str, month: str) -> dict[str, int]:
    """Type → events of a topic and month that have arrived."""
    rows = await conn.fetch(
        "select type, count from heard_counts where topic = $1 and month = $2", topic, month
    )
    return {row["type"]: row["count"] for row in rows}

"""Whether everything that was told up to a month's end has arrived, and what of it is parked."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import asyncpg

from shared.months import Month


async def told_until(conn: asyncpg.Connection, producer: str) -> date | None:
    """The last day of which a producer has said that it is over; None before the first."""
    day: date | None = await conn.fetchval(
        "select day from producers_told_until where producer = $1", producer
    )
    return day


async def short_of(conn: asyncpg.Connection, producer: str, month: Month) -> dict[Month, int]:
    """Month → messages that were told in it and have not arrived, for this month and those before."""
    rows = await conn.fetch(
        """select told.month, sum(told.count - coalesce(heard.count, 0))::bigint as missing
           from producers_told as told
           left join heard_counts as heard
               on heard.topic = told.producer and heard.month = told.month
                  and heard.type = told.type
           where told.producer = $1 and told.month <= $2 and told.count > coalesce(heard.count, 0)
           group by told.month order by told.month""",
        producer,
        str(month),
    )
    return {Month.parse(row["month"]): row["missing"] for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedOfKey:
    """What is parked of one key: how much, and the case it is about, where it says so."""

    key: str
    number: str
    count: int


async def parked_of(
    conn: asyncpg.Connection, pool_code: str, producers: Collection[str]
) -> list[ParkedOfKey]:
    """What of these producers is parked for a pool. What does not say whose it is concerns every one."""
    rows = await conn.fetch(
        """select distinct on (topic, key) key, body, count(*) over (partition by topic, key) as n
           from parked where topic = any($1::text[]) order by topic, key, position""",
        list(producers),
    )
    return [
        ParkedOfKey(key=row["key"], number=str(said.get("number") or row["key"]), count=row["n"])
        for row in rows
        if (said := _said(row["body"])).get("pool_code", pool_code) == pool_code
    ]


def _said(body: bytes | None) -> dict[str, object]:
    """What a parked message says, as far as it can be read."""
    try:
        said = json.loads(body or b"")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}

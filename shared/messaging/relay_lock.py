"""Who leads a service's relay: asked of its database, where the one that leads holds a lock."""

from dataclasses import dataclass
from typing import Final, Literal

import asyncpg

RELAY_LOCK: Final = 0x7A68_6964_6169_0002
"""Advisory lock of the relay in each service's database."""

RelayDoes = Literal["publishes", "numbers", "rests"]
"""What a relay does with what was said: publish it; only number it, for another program to publish; or
nothing, while one hands over to the other."""

_LED = """
select exists (
           select from pg_locks
           where locktype = 'advisory' and granted and objsubid = 1
             and database = (select oid from pg_database where datname = current_database())
             and classid::bigint = $1 and objid::bigint = $2
       ) as led,
       coalesce(extract(epoch from now() - (select min(appended_at) from outbox)), 0)::float8 as waits
"""


@dataclass(frozen=True, slots=True)
class Led:
    """Whether some process of the service has the relay, and for how long the oldest event waits."""

    led: bool
    waits_seconds: float


async def led(conn: asyncpg.Connection) -> Led:
    """Ask the database, looking as the house."""
    row = await conn.fetchrow(_LED, RELAY_LOCK >> 32, RELAY_LOCK & 0xFFFF_FFFF)
    return Led(led=row["led"], waits_seconds=max(row["waits"], 0.0))

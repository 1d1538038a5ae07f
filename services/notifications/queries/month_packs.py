"""What a month's pack is made of, and who has asked for one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.notifications.domain.audiences import BUREAU
from services.notifications.domain.month_packs import FOR_ROLES
from services.notifications.domain.receivers import TOLD

_ASKED = """
    select id from receivers r
    where r.institution = $1 and r.month_pack and r.state = any ($2) and r.roles && $3
      and r.confirmed_at is not null
      and (r.pools = '{}' or $4 = any (r.pools))
      and (r.seen_pools is null or $4 = any (r.seen_pools))
    order by r.id
"""

# By name alone is nobody else's business, not even how many.
_COUNTS = """
    select event_type, count(*)::int as count from messages
    where institution = $1 and pool_code = $2 and happened_at >= $3 and happened_at < $4
      and in_inbox and roles <> '{}'
    group by event_type order by event_type
"""

_WAITING = """
    select due_on::text, noun_zh, noun_en, number, what_zh, what_en, bank_code, page
    from open_deadlines
    where pool_code = $2 and case when $1 = $3 then true else bank_code = $1 end
    order by due_on, number limit 1000
"""


async def asked(conn: asyncpg.Connection, institution: str, pool_code: str) -> list[UUID]:
    """The receivers of an institution that want the pack of a pool's month."""
    rows = await conn.fetch(_ASKED, institution, sorted(TOLD), sorted(FOR_ROLES), pool_code)
    return [row["id"] for row in rows]


async def counts(
    conn: asyncpg.Connection, institution: str, pool_code: str, since: datetime, until: datetime
) -> Sequence[Mapping[str, Any]]:
    """How many messages an institution's inbox had of a pool in a time, by type."""
    rows: list[asyncpg.Record] = await conn.fetch(_COUNTS, institution, pool_code, since, until)
    return rows


async def waiting(
    conn: asyncpg.Connection, institution: str, pool_code: str
) -> Sequence[Mapping[str, Any]]:
    """What waits until a day in a pool: of a bank what is its own, of the bureau all."""
    rows: list[asyncpg.Record] = await conn.fetch(_WAITING, institution, pool_code, BUREAU)
    return rows

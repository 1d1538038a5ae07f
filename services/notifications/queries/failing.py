"""Receivers that an institution's people look after, and what is wrong with them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.notifications.domain.receivers import KNOWN, REASON_REFUSED, ReceiverState

_FAILING = """
    select r.id, r.institution, r.channel, coalesce(e.url, b.address) as address, r.state,
           r.failing_since, r.last_error
    from receivers r left join endpoints e on e.id = r.id left join robots b on b.id = r.id
    where r.id = any ($1) and r.state = any ($2) and r.failing_since is not null
      and (r.id = any ($3) or r.failing_since <= $4)
      and (e.id is not null or b.id is not null)
    order by r.id
"""


_REFUSED = """
    select r.id, r.institution, r.channel, r.created_by, s.address, r.state_since, r.last_error
    from receivers r join subscriptions s on s.id = r.id
    where r.id = any ($1) and r.state = $2 and r.state_reason = $3 and r.failing_since is not null
    order by r.id
"""


async def refused(conn: asyncpg.Connection, receivers: Sequence[UUID]) -> list[asyncpg.Record]:
    """Those of these receivers whose address is refused for good, with whose they are."""
    found: list[asyncpg.Record] = await conn.fetch(
        _REFUSED, receivers, ReceiverState.PAUSED, REASON_REFUSED
    )
    return found


async def failing(
    conn: asyncpg.Connection,
    receivers: Sequence[UUID],
    *,
    given_up: Sequence[UUID],
    since: datetime,
) -> list[asyncpg.Record]:
    """Those of these receivers that are endpoints or robots and do not work: something was given up
    for them, or they have failed since then."""
    found: list[asyncpg.Record] = await conn.fetch(
        _FAILING, receivers, sorted(KNOWN), given_up, since
    )
    return found

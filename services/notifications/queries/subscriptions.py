"""E-mail subscriptions as a person sees them."""

from uuid import UUID

import asyncpg

from services.notifications.domain.receivers import KNOWN

_SHOWN = """
    select r.id, r.institution, r.created_by as subject, r.channel, s.address, s.language, r.event_types,
           r.pools, r.least_amount_fen as least_amount,
           r.quiet_from, r.quiet_until, r.working_days_only, r.digest, r.month_pack,
           r.roles, r.state, r.failing_since, r.last_error, r.created_at, r.confirmed_at, r.version
    from receivers r join subscriptions s on s.id = r.id
"""

_PAGE = f"""
    {_SHOWN}
    where r.institution = $1 and ($2 = '' or r.created_by = $2) and r.state = any ($3)
      and ($4::uuid is null or r.id < $4)
    order by r.id desc limit $5
"""

_ONE = f"{_SHOWN} where r.id = $1"

_ONE_SEEN = f"""
    {_ONE} and r.institution = $2 and ($3 = '' or r.created_by = $3) and r.state = any ($4)
"""


async def page(
    conn: asyncpg.Connection, *, institution: str, subject: str, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Subscriptions of an institution, or of one person in it, the newest first."""
    found: list[asyncpg.Record] = await conn.fetch(
        _PAGE, institution, subject, sorted(KNOWN), before, limit
    )
    return found


async def seen(
    conn: asyncpg.Connection, subscription_id: UUID, *, institution: str, subject: str
) -> asyncpg.Record | None:
    """One of an institution, or of one person in it."""
    return await conn.fetchrow(
        _ONE_SEEN,
        subscription_id,
        institution,
        subject,
        sorted(KNOWN),
    )


async def one(conn: asyncpg.Connection, subscription_id: UUID) -> asyncpg.Record:
    """One that was just kept."""
    found = await conn.fetchrow(_ONE, subscription_id)
    assert found is not None
    return found

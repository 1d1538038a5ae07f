"""Group robots as an institution sees them: never their URLs or secrets."""

from uuid import UUID

import asyncpg

from services.notifications.domain.receivers import KNOWN

_SHOWN = """
    select r.id, r.institution, r.channel as kind, b.address, b.secret is not null as signed,
           b.language, b.description, r.roles, r.event_types, r.pools, r.least_amount_fen as least_amount,
           r.quiet_from, r.quiet_until, r.working_days_only, r.digest, r.state, r.state_reason,
           r.failing_since, r.last_error, r.created_at, r.created_by, r.version
    from receivers r join robots b on b.id = r.id
"""

_PAGE = f"""
    {_SHOWN}
    where r.state = any ($1) and ($2::uuid is null or r.id < $2)
      and ($4::text is null or r.institution = $4)
    order by r.id desc limit $3
"""

_ONE = f"""
    {_SHOWN}
    where r.id = $1 and r.state = any ($2) and ($3::text is null or r.institution = $3)
"""


async def page(
    conn: asyncpg.Connection, *, bank: str | None, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """The robots of a bank, of everyone for None, the newest first."""
    found: list[asyncpg.Record] = await conn.fetch(_PAGE, sorted(KNOWN), before, limit, bank)
    return found


async def one(
    conn: asyncpg.Connection, robot_id: UUID, *, bank: str | None
) -> asyncpg.Record | None:
    """A robot of a bank, of anyone for None."""
    return await conn.fetchrow(_ONE, robot_id, sorted(KNOWN), bank)

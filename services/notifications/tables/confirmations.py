"""Letters that ask whether notices may be sent to a mailbox; of their codes the hash alone is kept."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.notifications.domain.confirmations import hash_of
from services.notifications.domain.receivers import KNOWN

_CODE_BYTES = 16

_LOCK_ADDRESS = """
    select pg_advisory_xact_lock(hashtextextended('letters to ' || $1 || ' ' || lower($2), 0))
"""

_LAST_ASKED = """
    select max(c.asked_at) from confirmations c join subscriptions s on s.id = c.subscription_id
    where c.institution = $1 and c.asked_at > $3 and lower(s.address) = lower($2)
"""

_ASK = """
    insert into confirmations (subscription_id, institution, asked_at, valid_until)
    values ($1, $2, $3, $4)
    on conflict (subscription_id) do update
        set asked_at = excluded.asked_at, valid_until = excluded.valid_until, code_hash = null,
            tries = 0
"""

_CONFIRMED_BY = """
    select exists (
        select from receivers r join subscriptions s on s.id = r.id
        where r.institution = $1 and r.created_by = $2 and r.confirmed_at is not null
          and r.state = any ($4) and lower(s.address) = lower($3))
"""

_TRY = """
    update confirmations c set tries = c.tries + 1 from receivers r
    where c.subscription_id = $1 and c.institution = $2 and r.id = c.subscription_id
      and r.confirmed_at is null
"""

# The receiver alone: a worker that claims the letter holds its delivery and then writes its code.
_LOCK = """
    select r.id, r.confirmed_at, c.code_hash, c.tries, c.valid_until
    from receivers r join confirmations c on c.subscription_id = r.id
    where r.id = $1 and r.institution = $2 and r.state = any ($3)
    for no key update of r
"""

_CONFIRM = """
    with done as (
        update receivers set confirmed_at = $2, version = version + 1 where id = $1 returning id
    )
    update confirmations c set confirmed_by = $3, code_hash = null from done
    where c.subscription_id = done.id
"""

_TARGETS = """
    select s.*, r.confirmed_at from subscriptions s join receivers r on r.id = s.id
    where s.id = any ($1)
"""

_NEW_CODES = """
    update confirmations c set code_hash = new.hash
    from unnest($1::uuid[], $2::bytea[]) as new (id, hash) where c.subscription_id = new.id
"""


async def last_asked_at(
    conn: asyncpg.Connection, *, institution: str, address: str, since: datetime
) -> datetime | None:
    """When a letter to an address was last asked for, if after `since`; nobody else asks for one
    until the transaction ends."""
    await conn.execute(_LOCK_ADDRESS, institution, address)
    found: datetime | None = await conn.fetchval(_LAST_ASKED, institution, address, since)
    return found


async def ask(
    conn: asyncpg.Connection,
    subscription_id: UUID,
    *,
    institution: str,
    now: datetime,
    valid_until: datetime,
) -> None:
    """A letter is asked for; the code of the one before is worth nothing any more."""
    await conn.execute(_ASK, subscription_id, institution, now, valid_until)


async def has_confirmed(
    conn: asyncpg.Connection, *, institution: str, subject: str, address: str
) -> bool:
    """Whether a person has another subscription to this address that is confirmed."""
    found: bool = await conn.fetchval(_CONFIRMED_BY, institution, subject, address, sorted(KNOWN))
    return found


async def count_try(conn: asyncpg.Connection, subscription_id: UUID, *, institution: str) -> None:
    """Somebody of an institution tries a code; what is confirmed counts no more."""
    await conn.execute(_TRY, subscription_id, institution)


async def lock(
    conn: asyncpg.Connection, subscription_id: UUID, *, institution: str
) -> asyncpg.Record | None:
    """A subscription of the institution that a letter was asked for, until the transaction ends."""
    return await conn.fetchrow(_LOCK, subscription_id, institution, sorted(KNOWN))


async def confirm(
    conn: asyncpg.Connection, subscription_id: UUID, *, by: str, now: datetime
) -> None:
    """A locked subscription is confirmed by a person; its code is used up."""
    await conn.execute(_CONFIRM, subscription_id, now, by)


async def targets(
    conn: asyncpg.Connection, receivers: Sequence[UUID]
) -> Sequence[Mapping[str, Any]]:
    """Addresses to write to. One that is not confirmed gets a new `code`, of which this keeps the hash:
    the letter that is about to go has it, and nothing else."""
    rows = [dict(row) for row in await conn.fetch(_TARGETS, receivers)]
    for row in rows:
        row["code"] = "" if row["confirmed_at"] else secrets.token_urlsafe(_CODE_BYTES)
    new = [(row["id"], hash_of(row["code"])) for row in rows if row["code"]]
    if new:
        await conn.execute(_NEW_CODES, [one for one, _ in new], [kept for _, kept in new])
    return rows

"""What webhooks need of their receivers: URLs, and secrets, which are stored encrypted."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg


async def add(
    conn: asyncpg.Connection, endpoint_id: UUID, *, institution: str, url: str, description: str
) -> None:
    """Keep where a new receiver is to be called."""
    await conn.execute(
        "insert into endpoints (id, institution, url, description) values ($1, $2, $3, $4)",
        endpoint_id,
        institution,
        url,
        description,
    )


async def change(
    conn: asyncpg.Connection, endpoint_id: UUID, *, url: str | None, description: str | None
) -> None:
    """Call elsewhere from now on; None leaves what is there. What was proposed before is dropped."""
    await conn.execute(
        "update endpoints set url = coalesce($2, url), description = coalesce($3, description), "
        "proposed_url = case when $2::text is null then proposed_url end, "
        "proposed_by = case when $2::text is null then proposed_by end "
        "where id = $1",
        endpoint_id,
        url,
        description,
    )


async def propose(conn: asyncpg.Connection, endpoint_id: UUID, *, url: str, by: str) -> None:
    """Another address waits for a second person; until then the one that is there is called."""
    await conn.execute(
        "update endpoints set proposed_url = nullif($2, url), "
        "proposed_by = case when $2 <> url then $3 end where id = $1",
        endpoint_id,
        url,
        by,
    )


async def lock_waiting(conn: asyncpg.Connection, endpoint_id: UUID) -> list[asyncpg.Record]:
    """What of a locked endpoint waits for a second person, and who asked: kind, asked_by."""
    found: list[asyncpg.Record] = await conn.fetch(
        """select 'endpoint' as kind, created_by as asked_by from receivers
           where id = $1 and confirmed_at is null
           union all
           select 'url', proposed_by from endpoints where id = $1 and proposed_url is not null
           union all
           select 'secret', created_by from endpoint_secrets
           where endpoint_id = $1 and retired_at is null and waits_since is not null""",
        endpoint_id,
    )
    return found


async def confirm(
    conn: asyncpg.Connection,
    endpoint_id: UUID,
    *,
    institution: str,
    waiting: Sequence[asyncpg.Record],
    by: str,
    now: datetime,
) -> None:
    """Everything that waits of a locked endpoint holds from now on; who asked and who confirmed is kept."""
    await conn.execute(
        "update receivers set confirmed_at = coalesce(confirmed_at, $2), version = version + 1 "
        "where id = $1",
        endpoint_id,
        now,
    )
    await conn.execute(
        "update endpoints set url = coalesce(proposed_url, url), proposed_url = null, "
        "proposed_by = null where id = $1",
        endpoint_id,
    )
    await conn.execute(
        "update endpoint_secrets set waits_since = null where endpoint_id = $1", endpoint_id
    )
    await conn.executemany(
        """insert into endpoint_confirmations (endpoint_id, institution, kind, asked_by, confirmed_by,
                                               confirmed_at)
           values ($1, $2, $3, $4, $5, $6)""",
        [(endpoint_id, institution, one["kind"], one["asked_by"], by, now) for one in waiting],
    )


async def touch(conn: asyncpg.Connection, endpoint_id: UUID) -> None:
    """Something of a locked endpoint waits now: whoever saw it before looks again."""
    await conn.execute("update receivers set version = version + 1 where id = $1", endpoint_id)


async def lock_secrets(conn: asyncpg.Connection, endpoint_id: UUID) -> dict[UUID, bool]:
    """The secrets in use of an endpoint, and whether each still waits for a second person."""
    rows = await conn.fetch(
        "select id, waits_since is not null as waits from endpoint_secrets "
        "where endpoint_id = $1 and retired_at is null for update",
        endpoint_id,
    )
    return {row["id"]: row["waits"] for row in rows}


async def add_secret(
    conn: asyncpg.Connection,
    secret_id: UUID,
    *,
    endpoint_id: UUID,
    institution: str,
    encrypted: bytes,
    subject: str,
    waits: bool,
    now: datetime,
) -> None:
    """Sign with one more secret, where it `waits` once a second person has confirmed it."""
    await conn.execute(
        "insert into endpoint_secrets (id, endpoint_id, institution, encrypted, created_at, "
        "created_by, waits_since) "
        "values ($1, $2, $3, $4, $5, $6, case when $7 then $5::timestamptz end)",
        secret_id,
        endpoint_id,
        institution,
        encrypted,
        now,
        subject,
        waits,
    )


async def retire_secret(conn: asyncpg.Connection, secret_id: UUID, *, now: datetime) -> None:
    """Sign with this secret no longer."""
    await conn.execute("update endpoint_secrets set retired_at = $2 where id = $1", secret_id, now)


async def retire_all_secrets(conn: asyncpg.Connection, endpoint_id: UUID, *, now: datetime) -> None:
    """Sign with no secret of an endpoint any longer."""
    await conn.execute(
        "update endpoint_secrets set retired_at = $2 where endpoint_id = $1 and retired_at is null",
        endpoint_id,
        now,
    )


async def institution_of(conn: asyncpg.Connection, endpoint_id: UUID) -> str | None:
    """Whose endpoint it is; None where there is none within sight."""
    found: str | None = await conn.fetchval(
        "select institution from endpoints where id = $1", endpoint_id
    )
    return found

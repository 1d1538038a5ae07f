"""What webhooks need of their receivers: URLs, and secrets, which are stored encrypted."""

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
    """Call elsewhere from now on; None leaves what is there."""
    await conn.execute(
        "update endpoints set url = coalesce($2, url), description = coalesce($3, description) "
        "where id = $1",
        endpoint_id,
        url,
        description,
    )


async def lock_secrets(conn: asyncpg.Connection, endpoint_id: UUID) -> set[UUID]:
    """The secrets in use of an endpoint."""
    rows = await conn.fetch(
        "select id from endpoint_secrets where endpoint_id = $1 and retired_at is null for update",
        endpoint_id,
    )
    return {row["id"] for row in rows}


async def add_secret(
    conn: asyncpg.Connection,
    secret_id: UUID,
    *,
    endpoint_id: UUID,
    institution: str,
    encrypted: bytes,
    subject: str,
    now: datetime,
) -> None:
    """Sign with one more secret."""
    await conn.execute(
        "insert into endpoint_secrets (id, endpoint_id, institution, encrypted, created_at, "
        "created_by) values ($1, $2, $3, $4, $5, $6)",
        secret_id,
        endpoint_id,
        institution,
        encrypted,
        now,
        subject,
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

"""Endpoints and their secrets as rows. An institution changes its own only, whatever it may see."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.delivery.secret_encryption import Seal, new_secret
from services.notifications.tables.deliveries import CANCEL
from shared.refusals import Refused

MOST_ENDPOINTS = 20
MOST_SECRETS = 2


class TooManyEndpoints(Refused):
    """An institution has as many endpoints as it may."""

    code = "too-many-endpoints"


class RotationInProgress(Refused):
    """Two secrets are in use: the old one has to be retired first."""

    code = "rotation-in-progress"


class LastSecret(Refused):
    """The only secret in use cannot be retired: nothing could be signed any more."""

    code = "last-secret"


async def own_endpoint(
    conn: asyncpg.Connection, endpoint_id: UUID, *, institution: str
) -> asyncpg.Record | None:
    """The institution's endpoint, locked until the end of the transaction."""
    return await conn.fetchrow(
        "select * from endpoints where id = $1 and institution = $2 and state <> 'deleted' "
        "for update",
        endpoint_id,
        institution,
    )


async def add(
    conn: asyncpg.Connection,
    *,
    institution: str,
    url: str,
    description: str,
    event_types: Sequence[str],
    subject: str,
    now: datetime,
) -> UUID:
    """Keep a new endpoint. Raises TooManyEndpoints."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended('endpoints of ' || $1, 0))", institution
    )
    count = await conn.fetchval(
        "select count(*) from endpoints where institution = $1 and state <> 'deleted'", institution
    )
    if count >= MOST_ENDPOINTS:
        raise TooManyEndpoints(
            f"每个机构最多 {MOST_ENDPOINTS} 个回调地址",
            f"An institution has {MOST_ENDPOINTS} endpoints at most.",
        )
    endpoint_id = uuid7()
    await conn.execute(
        "insert into endpoints (id, institution, url, description, event_types, state, "
        "state_reason, created_at, created_by) values ($1, $2, $3, $4, $5, 'active', '', $6, $7)",
        endpoint_id,
        institution,
        url,
        description,
        sorted(set(event_types)),
        now,
        subject,
    )
    return endpoint_id


async def add_secret(
    conn: asyncpg.Connection,
    seal: Seal,
    *,
    endpoint_id: UUID,
    institution: str,
    subject: str,
    now: datetime,
) -> tuple[UUID, str]:
    """A new secret beside the one in use: its id and itself. Raises RotationInProgress."""
    in_use = await conn.fetchval(
        "select count(*) from endpoint_secrets where endpoint_id = $1 and retired_at is null",
        endpoint_id,
    )
    if in_use >= MOST_SECRETS:
        raise RotationInProgress(
            "已有两个密钥在用，请先停用旧密钥", "Two secrets are in use: retire the old one first."
        )
    secret_id, secret = uuid7(), new_secret()
    await conn.execute(
        "insert into endpoint_secrets (id, endpoint_id, institution, sealed, created_at, "
        "created_by) values ($1, $2, $3, $4, $5, $6)",
        secret_id,
        endpoint_id,
        institution,
        seal.close(secret, endpoint_id=endpoint_id),
        now,
        subject,
    )
    return secret_id, secret


async def retire_secret(
    conn: asyncpg.Connection, *, endpoint_id: UUID, secret_id: UUID, now: datetime
) -> bool:
    """Sign with this secret no longer. False if it is not in use. Raises LastSecret."""
    rows = await conn.fetch(
        "select id from endpoint_secrets where endpoint_id = $1 and retired_at is null for update",
        endpoint_id,
    )
    if secret_id not in {row["id"] for row in rows}:
        return False
    if len(rows) == 1:
        raise LastSecret(
            "这是唯一在用的密钥，请先新增密钥", "This is the only secret in use: add one first."
        )
    await conn.execute("update endpoint_secrets set retired_at = $2 where id = $1", secret_id, now)
    return True


async def delete(conn: asyncpg.Connection, *, endpoint_id: UUID, now: datetime) -> None:
    """Send nothing there any more; what was sent stays in the log."""
    await conn.execute(
        "update endpoints set state = 'deleted', state_reason = 'deleted', version = version + 1 "
        "where id = $1",
        endpoint_id,
    )
    await conn.execute(
        "update endpoint_secrets set retired_at = coalesce(retired_at, $2) where endpoint_id = $1",
        endpoint_id,
        now,
    )
    await conn.execute(CANCEL, [endpoint_id], "the endpoint was deleted")


async def send_again_since(conn: asyncpg.Connection, *, endpoint_id: UUID, since: datetime) -> int:
    """Everything that was given up or cancelled for an endpoint since then is due again."""
    done = await conn.execute(
        "update deliveries set state = 'pending', tries = 0, next_attempt_at = clock_timestamp(), "
        "finished_at = null "
        "where receiver_id = $1 and created_at >= $2 and state in ('failed', 'cancelled')",
        endpoint_id,
        since,
    )
    return int(done.rsplit(" ", 1)[1])

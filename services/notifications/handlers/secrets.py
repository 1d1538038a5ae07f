"""What we do about signing secrets: a second one beside the first, and the old one retired."""

from datetime import datetime
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.receivers import (
    MOST_SECRETS,
    LastSecret,
    RotationInProgress,
)
from services.notifications.domain.refusals import nothing_here
from services.notifications.senders.secret_encryption import SecretEncryption, new_secret
from services.notifications.tables import endpoints
from shared.auth.identity import Identity


async def add(
    conn: asyncpg.Connection,
    encryption: SecretEncryption,
    endpoint_id: UUID,
    *,
    caller: Identity,
    by_two: bool,
    now: datetime,
) -> str:
    """A new secret for a locked endpoint, beside the one in use; `by_two`: nothing is signed with it until
    a second person has confirmed it. Raises RotationInProgress."""
    in_use = await endpoints.lock_secrets(conn, endpoint_id)
    if len(in_use) >= MOST_SECRETS:
        raise RotationInProgress(
            "已有两个密钥在用，请先停用旧密钥", "Two secrets are in use: retire the old one first."
        )
    secret = new_secret()
    await endpoints.add_secret(
        conn,
        uuid7(),
        endpoint_id=endpoint_id,
        institution=caller.institution,
        encrypted=encryption.encrypt(secret, endpoint_id=endpoint_id),
        subject=caller.subject,
        waits=by_two,
        now=now,
    )
    return secret


async def retire(
    conn: asyncpg.Connection, endpoint_id: UUID, secret_id: UUID, *, now: datetime
) -> None:
    """Sign for a locked endpoint with this secret no longer; one that waits for a second person is taken
    back. Raises LastSecret, NotFound."""
    in_use = await endpoints.lock_secrets(conn, endpoint_id)
    if secret_id not in in_use:
        raise nothing_here("密钥", "secret")
    if not in_use[secret_id] and sum(not waits for waits in in_use.values()) == 1:
        raise LastSecret(
            "这是唯一在用的密钥，请先新增密钥", "This is the only secret in use: add one first."
        )
    await endpoints.retire_secret(conn, secret_id, now=now)

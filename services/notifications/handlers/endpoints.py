"""What we do about endpoints: keep them, change them, try them, call them no longer."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.messages import Draft, MessageText
from services.notifications.domain.payload import webhook_body
from services.notifications.domain.receivers import (
    MOST_ENDPOINTS,
    REASON_DELETED,
    WEBHOOK,
    ReceiverAction,
    TooManyEndpoints,
    action_towards,
)
from services.notifications.domain.refusals import nothing_here
from services.notifications.handlers import secrets
from services.notifications.senders.secret_encryption import SecretEncryption
from services.notifications.tables import deliveries, endpoints, messages, receivers
from services.notifications.tables.receivers import NewReceiver
from shared.auth.identity import Identity

TEST_TYPE = "webhook.test.v1"


async def add(
    conn: asyncpg.Connection,
    encryption: SecretEncryption,
    *,
    url: str,
    description: str,
    event_types: Collection[str],
    caller: Identity,
    now: datetime,
) -> tuple[UUID, str]:
    """Call an institution about events from now on. The endpoint, and the secret that signs."""
    await receivers.lock_adding(conn, institution=caller.institution)
    count = await receivers.count(conn, institution=caller.institution, channel=WEBHOOK)

    if count >= MOST_ENDPOINTS:
        raise TooManyEndpoints(
            f"每个机构最多 {MOST_ENDPOINTS} 个回调地址",
            f"An institution has {MOST_ENDPOINTS} endpoints at most.",
        )
    endpoint_id = uuid7()
    new = NewReceiver(
        id=endpoint_id,
        institution=caller.institution,
        channel=WEBHOOK,
        for_people=False,
        roles=(),
        event_types=event_types,
    )

    await receivers.add(conn, new, by=caller, now=now)
    await endpoints.add(
        conn, endpoint_id, institution=caller.institution, url=url, description=description
    )
    secret = await secrets.add(conn, encryption, endpoint_id, caller=caller, now=now)
    return endpoint_id, secret


async def locked(
    conn: asyncpg.Connection, endpoint_id: UUID, *, institution: str
) -> asyncpg.Record:
    """An endpoint of the institution's own, whatever else it may see. Raises NotFound."""
    found = await receivers.lock(conn, endpoint_id, institution=institution, channel=WEBHOOK)
    if found is None:
        raise nothing_here("回调地址", "endpoint")
    return found


async def change(
    conn: asyncpg.Connection,
    endpoint: Mapping[str, Any],
    *,
    url: str | None,
    description: str | None,
    event_types: Collection[str] | None,
    state: str | None,
    caller: Identity,
    now: datetime,
) -> None:
    """Change a locked endpoint; None leaves what is there."""
    action = action_towards(endpoint["state"], state) if state else None
    version = endpoint["version"] + 1
    if action is not None:
        version = await receivers.move(conn, endpoint, action, by=caller, now=now)
    kept = endpoint["event_types"] if event_types is None else event_types
    await receivers.change(conn, endpoint["id"], event_types=kept, version=version)
    await endpoints.change(conn, endpoint["id"], url=url, description=description)


async def delete(
    conn: asyncpg.Connection, endpoint: Mapping[str, Any], *, caller: Identity, now: datetime
) -> None:
    """Send nothing there any more; what was sent stays in the log."""
    await receivers.move(
        conn, endpoint, ReceiverAction.DELETE, by=caller, now=now, reason=REASON_DELETED
    )
    await endpoints.retire_all_secrets(conn, endpoint["id"], now=now)
    await deliveries.cancel(conn, [endpoint["id"]], why="the endpoint was deleted")


async def send_test_webhook(
    conn: asyncpg.Connection, endpoint_id: UUID, *, institution: str, now: datetime
) -> UUID:
    """Put a message on its way to one endpoint, so that an integrator sees whether it works."""
    message_id, event_id = uuid7(), uuid7()
    draft = Draft(
        event_id=event_id,
        event_type=TEST_TYPE,
        institution=institution,
        roles=(),
        in_inbox=False,
        pool_code="",
        bank_code="",
        loan_id=None,
        subject=str(endpoint_id),
        happened_at=now,
        text=MessageText(title_zh="回调测试", text_zh="", title_en="Webhook test", text_en=""),
        link="/",
        payload=webhook_body(
            event_type=TEST_TYPE,
            event_id=event_id,
            happened_at=now,
            told={"endpoint_id": endpoint_id, "amount_fen": 100_000_000},
        ),
    )

    await messages.lock(conn)
    await messages.keep(conn, message_id, draft, now=now)
    await deliveries.add(conn, [(message_id, institution, endpoint_id)])
    return message_id

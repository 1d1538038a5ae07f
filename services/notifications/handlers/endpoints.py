"""What we do about endpoints: keep them, change them, try them, call them no longer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.messages import MessageText
from services.notifications.domain.receivers import (
    MOST_ENDPOINTS,
    REASON_DELETED,
    WEBHOOK,
    ReceiverAction,
    TooManyEndpoints,
)
from services.notifications.domain.refusals import nothing_here
from services.notifications.domain.wishes import ChangedWishes, Wishes
from services.notifications.handlers import secrets
from services.notifications.handlers.receivers import change as change_receiver
from services.notifications.handlers.trial import send_test
from services.notifications.senders.secret_encryption import SecretEncryption
from services.notifications.tables import deliveries, endpoints, receivers
from services.notifications.tables.receivers import NewReceiver
from shared.auth.identity import Identity

TEST_TYPE = "webhook.test.v1"


async def add(
    conn: asyncpg.Connection,
    encryption: SecretEncryption,
    *,
    url: str,
    description: str,
    wishes: Wishes,
    caller: Identity,
    now: datetime,
) -> tuple[UUID, str]:
    """Call an institution about events from now on. The endpoint, and the secret that signs."""
    await receivers.lock_adding(conn, institution=caller.institution)
    count = await receivers.count(conn, institution=caller.institution, channels=[WEBHOOK])

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
        wishes=wishes,
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
    found = await receivers.lock(conn, endpoint_id, institution=institution, channels=[WEBHOOK])
    if found is None:
        raise nothing_here("回调地址", "endpoint")
    return found


async def change(
    conn: asyncpg.Connection,
    endpoint: Mapping[str, Any],
    *,
    url: str | None,
    description: str | None,
    wishes: ChangedWishes,
    state: str | None,
    caller: Identity,
    now: datetime,
) -> None:
    """Change a locked endpoint; None leaves what is there."""
    await change_receiver(
        conn,
        endpoint,
        wishes=wishes,
        roles=endpoint["roles"],
        state=state,
        caller=caller,
        now=now,
    )
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
    return await send_test(
        conn,
        endpoint_id,
        institution=institution,
        event_type=TEST_TYPE,
        text=MessageText(title_zh="回调测试", text_zh="", title_en="Webhook test", text_en=""),
        told={"endpoint_id": endpoint_id, "amount_fen": 100_000_000},
        now=now,
    )

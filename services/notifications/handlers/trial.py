"""A message on its way to one receiver alone, so that who sets it up sees whether it works."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.messages import Draft, MessageText
from services.notifications.domain.payload import webhook_body
from services.notifications.tables import deliveries, messages


async def send_test(
    conn: asyncpg.Connection,
    receiver_id: UUID,
    *,
    institution: str,
    event_type: str,
    text: MessageText,
    told: Mapping[str, Any],
    now: datetime,
    link: str = "/",
    people: tuple[str, ...] = (),
) -> UUID:
    """Keep a message that stands in nobody's inbox, and send it to one locked receiver. Its id. Where
    `people` are named, its text is theirs alone."""
    message_id, event_id = uuid7(), uuid7()
    draft = Draft(
        event_id=event_id,
        event_type=event_type,
        institution=institution,
        roles=(),
        people=people,
        in_inbox=False,
        pool_code="",
        bank_code="",
        loan_id=None,
        subject=str(receiver_id),
        happened_at=now,
        text=text,
        link=link,
        payload=webhook_body(event_type=event_type, event_id=event_id, happened_at=now, told=told),
        urgent=True,
    )
    await messages.lock(conn)
    await messages.keep(conn, message_id, draft, now=now)
    await deliveries.add(conn, [(message_id, institution, receiver_id)])
    return message_id

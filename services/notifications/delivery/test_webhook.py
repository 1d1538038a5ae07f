"""A webhook that an integrator sends to itself, to see whether its receiver works."""

from datetime import datetime
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.payload import webhook_body
from services.notifications.senders.webhook import webhook_id
from services.notifications.tables import messages

TRIAL_TYPE = "webhook.test.v1"

_MESSAGE = """
    insert into messages (id, event_id, event_type, institution, roles, in_inbox, acts, pool_code,
                          bank_code, subject, happened_at, created_at, title_zh, text_zh, title_en,
                          text_en, link, payload)
    values ($1, $2, $3, $4, '{}', false, false, '', '', $5, $6, $6, '回调测试', '', 'Webhook test',
            '', '/', $7)
"""

_DELIVERY = """
    insert into deliveries (id, message_id, institution, channel, receiver_id, state,
                            next_attempt_at, created_at)
    values ($1, $2, $3, 'webhook', $4, 'pending', clock_timestamp(), clock_timestamp())
"""


async def send_trial(
    conn: asyncpg.Connection,
    *,
    message_id: UUID,
    endpoint_id: UUID,
    institution: str,
    now: datetime,
) -> str:
    """Put a test message on its way to one endpoint. Returns its webhook-id."""
    await messages.lock(conn)
    event_id = uuid7()
    body = webhook_body(
        event_type=TRIAL_TYPE,
        event_id=event_id,
        happened_at=now,
        told={"endpoint_id": endpoint_id, "amount_fen": 100_000_000},
    )
    await conn.execute(
        _MESSAGE, message_id, event_id, TRIAL_TYPE, institution, str(endpoint_id), now,
        body.encode(),
    )  # fmt: skip
    await conn.execute(_DELIVERY, uuid7(), message_id, institution, endpoint_id)
    return webhook_id(message_id)

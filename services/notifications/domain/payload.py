"""The body of a webhook: made once, when the message is, and sent byte for byte ever after."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.contracts.redaction import on_the_wire


def webhook_id(message_id: UUID) -> str:
    """The id a receiver knows a message by; the same however often it is sent."""
    return f"msg_{message_id.hex}"


def webhook_body(
    *, event_type: str, event_id: UUID, happened_at: datetime, told: Mapping[str, Any]
) -> str:
    """The JSON that Standard Webhooks recommends: type, timestamp, data.

    `event_id` is that of the event feed, so that who reads both knows the same fact again. `told`
    is the event by its Python names, as far as the receiver may know it.
    """
    body = {
        "type": event_type,
        "timestamp": happened_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "event_id": str(event_id),
        "data": on_the_wire(told),
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

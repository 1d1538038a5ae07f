"""The body of a webhook: made once, when the message is, and sent byte for byte ever after."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from shared.money import format_fen

_FEN = "_fen"


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


def on_the_wire(value: Any) -> Any:
    """As contracts write it: `amount_fen` in code is `amount`, a decimal string, in JSON."""
    if isinstance(value, Mapping):
        return dict(_entry(name, one) for name, one in value.items())
    if isinstance(value, list | tuple):
        return [on_the_wire(one) for one in value]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def _entry(name: str, value: Any) -> tuple[str, Any]:
    if name.endswith(_FEN) and (value is None or isinstance(value, int)):
        return name.removesuffix(_FEN), None if value is None else format_fen(value)
    return name, on_the_wire(value)

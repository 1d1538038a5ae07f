"""What is said about the delivery log over HTTP: requests and answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.notifications.api.common import ChannelName, InTwoLanguages
from services.notifications.domain.payload import webhook_id
from shared.http import requests

State = Literal["pending", "delivered", "failed", "cancelled"]


class DeliveryAnswer(BaseModel):
    """One message on its way to one receiver."""

    id: UUID
    channel: ChannelName
    receiver_id: UUID = Field(description="The endpoint or the subscription.")
    state: State
    attempts: int
    next_attempt_at: datetime | None = Field(description="Null unless it is pending.")
    held: bool = Field(description="It waits for the end of its receiver's quiet hours.")
    last_error: str
    finished_at: datetime | None


_EXAMPLE: dict[str, Any] = {
    "id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b0a",
    "webhook_id": "msg_0192f3c8b1e97d0f8c7f5a4e3d2c1b0a",
    "event_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b02",
    "event_type": "claim.paid.v1",
    "institution": "ICBC-TJ",
    "subject": "DL-2026-000123",
    "pool_code": "dongli",
    "loan_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b01",
    "title": {
        "zh": "补偿款已支付：DL-C-2026-0001",
        "en": "Compensation paid: DL-C-2026-0001",
    },
    "happened_at": "2026-03-31T02:00:00Z",
    "created_at": "2026-03-31T02:00:01Z",
    "deliveries": [
        {
            "id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b03",
            "channel": "webhook",
            "receiver_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b04",
            "state": "pending",
            "attempts": 1,
            "next_attempt_at": "2026-03-31T02:00:07Z",
            "held": False,
            "last_error": "HTTP 503",
            "finished_at": None,
        }
    ],
}


class MessageAnswer(BaseModel):
    """What an institution was told of one event, and how far that has got."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    webhook_id: str = Field(description="The webhook-id header of its webhooks.")
    event_id: UUID = Field(description="The event's id, as in the event feed.")
    event_type: str
    institution: str
    subject: str
    pool_code: str
    loan_id: UUID | None
    title: InTwoLanguages
    happened_at: datetime
    created_at: datetime
    deliveries: list[DeliveryAnswer]


class MessageDetail(MessageAnswer):
    """A message as it was written, with what its webhooks carry."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_EXAMPLE,
                    "text": {
                        "zh": "DL-2026-000123 的补偿款 400,000.01 元已支付。",
                        "en": "CNY 400,000.01 were paid for DL-2026-000123.",
                    },
                    "template_id": None,
                    "template_edition": None,
                    "payload": {
                        "type": "claim.paid.v1",
                        "timestamp": "2026-03-31T02:00:00Z",
                        "event_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b02",
                        "data": {"number": "DL-2026-000123", "paid": "400000.01"},
                    },
                }
            ]
        }
    )

    text: InTwoLanguages
    template_id: UUID | None = Field(
        description="The words of notices that it was written with; null for the house's own. "
        "It stays as it was written, whatever becomes of them."
    )
    template_edition: int | None
    payload: dict[str, Any]


class AttemptAnswer(BaseModel):
    """One try: what was answered, and how long it took."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "delivery_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b03",
                    "channel": "webhook",
                    "receiver_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b04",
                    "number": 1,
                    "began_at": "2026-03-31T02:00:01Z",
                    "duration_ms": 84,
                    "status": 503,
                    "error": "HTTP 503",
                    "answer": "maintenance",
                }
            ]
        }
    )

    delivery_id: UUID
    channel: ChannelName
    receiver_id: UUID
    number: int = Field(description="A number that is missing was lost in a crash.")
    began_at: datetime
    duration_ms: int
    status: int | None = Field(description="HTTP or SMTP status; null without an answer.")
    error: str
    answer: str = Field(description="The first bytes of the answer.")


class Resend(requests.RequestBody):
    """To which endpoint of yours to send it; none: to everyone who did not get it."""

    endpoint_id: UUID | None = None


class EventTypeAnswer(BaseModel):
    """A type of event, and what your institution is told of it."""

    event_type: str
    in_inbox: bool
    roles: list[str] = Field(
        description="Whose inbox it stands in by default: roles of your institution."
    )
    fields: list[str] | None = Field(description="What `data` may hold; null: everything.")


def shown(
    row: Mapping[str, Any], deliveries: Mapping[UUID, Sequence[Mapping[str, Any]]]
) -> dict[str, Any]:
    """The fields of a message's answer."""
    return {
        "id": row["id"],
        "webhook_id": webhook_id(row["id"]),
        "event_id": row["event_id"],
        "event_type": row["event_type"],
        "institution": row["institution"],
        "subject": row["subject"],
        "pool_code": row["pool_code"],
        "loan_id": row["loan_id"],
        "title": {"zh": row["title_zh"], "en": row["title_en"]},
        "happened_at": row["happened_at"],
        "created_at": row["created_at"],
        "deliveries": [DeliveryAnswer(**one) for one in deliveries.get(row["id"], [])],
    }

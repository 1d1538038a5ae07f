"""What `notifications` says: whether a message reached its receiver."""

from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Event, register


class _Delivery(Event):
    topic = "notifications"

    message_id: UUID
    event_id: UUID
    event_type: str
    channel: str = Field(examples=["webhook", "email", "inbox"])
    bank_code: str = ""

    @property
    def key(self) -> str:
        return str(self.message_id)


class NotificationDeliveredV1(_Delivery):
    """A receiver has taken a message."""

    type = "notification.delivered.v1"

    attempts: int


class NotificationFailedV1(_Delivery):
    """A message was given up after its last attempt."""

    type = "notification.failed.v1"

    attempts: int
    last_error: str


register((NotificationDeliveredV1, NotificationFailedV1))

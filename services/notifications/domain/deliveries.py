"""A message on its way to one receiver: where it stands, and how an attempt ended.

Deliveries are a queue, many a second, and no person decides about one: so they are no life cycle
of `shared.life_cycle`, with a history row per move. Their history is the log of attempts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.notifications.domain.retries import AttemptResult, Next, Verdict
from shared.life_cycle import Words
from shared.refusals import Refused


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up."""
    CANCELLED = "cancelled"
    """Its receiver was deleted, or wants nothing more."""


STATE_WORDS: Mapping[str, Words] = {
    DeliveryState.PENDING: Words("待投递", "waiting"),
    DeliveryState.DELIVERED: Words("已送达", "delivered"),
    DeliveryState.FAILED: Words("已放弃", "given up"),
    DeliveryState.CANCELLED: Words("已取消", "cancelled"),
}

STATE_AFTER: Mapping[Verdict, DeliveryState] = {
    Verdict.DELIVERED: DeliveryState.DELIVERED,
    Verdict.RETRY: DeliveryState.PENDING,
    Verdict.FAILED: DeliveryState.FAILED,
    Verdict.GONE: DeliveryState.FAILED,
}

NOT_RECEIVED = frozenset({DeliveryState.FAILED, DeliveryState.CANCELLED})
"""What may be sent again to a receiver that did not get it."""


class NothingToResend(Refused):
    """It is on its way already, or nobody is left who did not get it."""

    code = "nothing-to-resend"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDelivery:
    """A delivery in hand, with what it carries. `number` counts attempts, `tries` this round's."""

    delivery_id: UUID
    message_id: UUID
    event_id: UUID
    event_type: str
    institution: str
    receiver_id: UUID
    channel: str
    tries: int
    number: int
    payload: bytes
    link: str
    title_zh: str
    text_zh: str
    title_en: str
    text_en: str
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ended, and what becomes of its delivery."""

    delivery: ClaimedDelivery
    began_at: datetime
    duration: timedelta
    result: AttemptResult
    next: Next

    @property
    def state(self) -> DeliveryState:
        """Where the delivery stands now."""
        return STATE_AFTER[self.next.verdict]

    @property
    def finished_at(self) -> datetime | None:
        """When the last attempt ended; None while another one follows."""
        is_last = self.next.verdict is not Verdict.RETRY
        return self.began_at + self.duration if is_last else None

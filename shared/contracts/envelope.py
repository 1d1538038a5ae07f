"""The CloudEvents 1.0 envelope that every event travels in, and what an event class must say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.money import MONEY_NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One event on its way. `body` is the JSON as it was stored; it is sent byte for byte."""

    id: UUID
    type: str
    source: str
    time: datetime
    subject: str
    """Never empty: some readers fail on a header without a value."""
    key: str
    """Events of one key keep their order: the loan's or the pool's id."""
    institution: str
    """The bank code this event concerns, or "" when it is the house's own."""
    body: bytes
    traceparent: str
    sequence: int = 0
    """Its number among all that its service has told, from 1 without gaps; 0 where none was given."""
    epoch: str = ""
    """In which numbering that is (`shared.messaging.told`)."""


class Event(BaseModel):
    """A fact in the past tense, complete enough to act on.

    Within a version a field may only be added, with a default; any other change is a new class.
    """

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    topic: ClassVar[str]
    type: ClassVar[str]

    @property
    def key(self) -> str:
        """What keeps its order: the loan where there is one, else the pool."""
        loan_id = getattr(self, "loan_id", None)
        return str(loan_id) if loan_id is not None else str(getattr(self, "pool_code"))  # noqa: B009

    @property
    def subject(self) -> str:
        """What the event is about, for people and routers; never empty."""
        return self.key

    @property
    def institution(self) -> str:
        """The bank that may see this event in its feed; "" for none."""
        return str(getattr(self, "bank_code", ""))


class UnknownType(LookupError):
    """No contract in this house has that event type."""


_BY_TYPE: dict[str, type[Event]] = {}


def register(events: Iterable[type[Event]]) -> None:
    """Make event classes known to `decode`; each contracts file does it once for its own."""
    for event in events:
        known = _BY_TYPE.setdefault(event.type, event)
        assert known is event, f"two classes claim the event type {event.type}"


def by_type() -> dict[str, type[Event]]:
    """Every known contract, by its type."""
    return dict(_BY_TYPE)


def decode(envelope: Envelope) -> Event:
    """The event inside an envelope.

    Raises UnknownType where no contract has the type, pydantic's ValidationError where the body
    breaks its contract.
    """
    event = _BY_TYPE.get(envelope.type)
    if event is None:
        raise UnknownType(envelope.type)
    return event.model_validate_json(envelope.body)

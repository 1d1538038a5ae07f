"""The ids of events: of what follows from an event, always the same.

A service that was restored hears again what it had heard, and says again what follows from it. Those
who heard that before its loss must know it for the same, or a loan would be reserved and a notice
sent twice. So the id of what a handler says is made from the id of what it was handed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from uuid import UUID

from uuid6 import uuid7

from shared.contracts.envelope import Event

Causes = tuple[Mapping[str, UUID], Counter[tuple[UUID, str, str]]]

_causes: ContextVar[Causes | None] = ContextVar("causes_of_ids", default=None)


@contextmanager
def because_of(causes: Mapping[str, UUID]) -> Iterator[None]:
    """While events are handled: the id of the one in hand, by key."""
    token = _causes.set((causes, Counter()))
    try:
        yield
    finally:
        _causes.reset(token)


def new_id(event: Event) -> UUID:
    """The id of an event that is said now. Where nothing caused it, or many together, a new one."""
    causes, said = _causes.get() or ({}, Counter())
    cause = causes.get(event.key)
    if cause is None and len(causes) == 1:
        (cause,) = causes.values()
    if cause is None:
        return uuid7()
    what = (cause, event.type, event.key)
    said[what] += 1
    return _following(cause, f"{event.topic} {event.type} {event.key} {said[what]}")


def _following(cause: UUID, what: str) -> UUID:
    """An id of version 8 (RFC 9562, section 5.8) beside that of its cause, so in the order of time."""
    made = blake2b(what.encode(), key=cause.bytes, digest_size=16).digest()
    number = int.from_bytes(cause.bytes[:6] + made[6:])
    return UUID(int=number & ~(0xF << 76 | 0x3 << 62) | 0x8 << 76 | 0x2 << 62)

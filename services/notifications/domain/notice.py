"""Who hears of one type of event: the shape of a row."""

from dataclasses import dataclass
from enum import StrEnum


class Banks(StrEnum):
    """Which banks an event concerns."""

    NONE = "none"
    NAMED = "named"
    """The one the event names."""
    OF_POOL = "of_pool"
    """Every bank that has had a case in the event's pool."""
    OF_STATEMENTS = "of_statements"
    """Each bank that has a line in the settlement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Who hears of one type of event."""

    banks: Banks
    bank_inbox: bool = True
    """False: only machines that asked for it hear (webhooks), for the bank did it itself."""
    bank_acts: bool = False
    """The bank has something to do now."""
    roles: tuple[str, ...] = ()
    """The bureau's roles that hear of it."""
    bureau_acts: bool = False
    fields: frozenset[str] = frozenset()
    """The fields that a bank may know. The bureau is told everything."""

"""Answers as the services give them to a bank: what it is not told is missing there, and reads as empty.

So a page is written once for bank and bureau, and a name that nobody gave is still an error.
"""

from collections.abc import Mapping
from typing import Any, Final

NOT_TOLD: Final = frozenset(
    {
        "added_by", "added_name", "available", "backdating_reason", "by_name", "ceilings", "entered_by",
        "entered_name", "history", "ledger_seq", "loans", "made_by_name", "mentions", "note",
        "objections", "opinion", "papers", "participants", "payments", "people", "person",
        "person_name", "posted_by_name", "previewed_by", "priority", "proposed_by",
        "proposed_by_name", "recorded_by", "recorded_name", "refusal", "said", "said_by",
        "said_by_name", "said_name",
    }
)  # fmt: skip
"""Fields that are left out for banks, by the services' tables (tests/console/test_not_told.py)."""
_OF_PEOPLE: Final = ("_name", "_by")


class Told(dict[str, Any]):
    """An object of an answer."""

    def __missing__(self, name: str) -> str:
        if name in NOT_TOLD:
            return ""
        raise KeyError(name)


def as_told(found: Mapping[str, Any]) -> Told:
    """For `object_hook`: an object in which nobody's name is empty, too, and never the word None."""
    return Told(
        (name, "" if value is None and name.endswith(_OF_PEOPLE) else value)
        for name, value in found.items()
    )

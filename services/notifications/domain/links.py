"""Where in the console a message leads: one table, from the kind of fact to a path."""

from collections.abc import Mapping
from typing import Any

PATHS: tuple[tuple[str, str], ...] = (
    ("page", "{page}"),
    ("days", "/calendar/changes/{number}"),
    ("absence_id", "/desk"),
    ("demand_id", "/demands/{demand_id}"),
    ("file_id", "/payment-files/{file_id}"),
    ("meeting_id", "/meetings/{meeting_id}"),
    ("warning_id", "/warnings/{warning_id}"),
    ("disposal_id", "/disposals/{disposal_id}"),
    ("collection_id", "/claims/{claim_id}/collection"),
    ("package_id", "/loan-packages/{package_id}"),
    ("objection_id", "/objections/{objection_id}"),
    ("notice_id", "/public-notices/{notice_id}"),
    # A bank reads what everybody reads.
    ("notice_number", "/public/notices/{notice_number}"),
    ("claim_id", "/claims/{claim_id}"),
    ("loan_id", "/cases/{loan_id}"),
    ("repair_id", "/register/repairs/{repair_id}"),
    ("entry_id", "/register/listed/{entry_id}"),
    ("month", "/pools/{pool_code}/settlements/{month}"),
    ("pool_code", "/pools/{pool_code}"),
    ("programme", "/programmes/{programme}/{number}"),
)
"""The first field that a fact has decides."""


def path_of(fact: Mapping[str, Any]) -> str:
    """The console's page of what an event is about, as a path from the root."""
    for field, path in PATHS:
        if fact.get(field):
            return path.format_map(fact)
    return "/"

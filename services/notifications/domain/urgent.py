"""What waits for nobody's quiet hours and stands in no digest: one table, by type of event.

Only what somebody loses a right by, who hears of it a night or a weekend later. Whoever tries a
receiver waits for nothing either (`handlers/trial.py`).
"""

from collections.abc import Mapping
from typing import Any, Final

_ANY: Final[frozenset[str]] = frozenset()

URGENT: Final[Mapping[str, frozenset[str]]] = {
    # A pledged right lapses, is seized or is attacked.
    "right.endangered.v1": _ANY,
    "case-deadline.passed.v1": frozenset({"right_in_danger"}),
    # Who claims too late is not compensated.
    "pool-deadline.passed.v1": frozenset({"claim_to_file"}),
}
"""Type → the kinds of cases for which it is urgent; none named means all of them."""


def is_urgent(event_type: str, fact: Mapping[str, Any]) -> bool:
    """Whether an event breaks through quiet hours."""
    kinds = URGENT.get(event_type)
    return kinds is not None and (not kinds or fact.get("case_kind") in kinds)

"""The four kinds of cases: what can be done to each, and the steps that its page shows.

Where a case stands, the services say by its state; how far along that is they do not say, so the
steps stand here. `tests/console` holds them to the services' own life cycles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.console.cases.actions import (
    CASE_ACTIONS,
    CLAIM_ACTIONS,
    RECOVERY_ACTIONS,
    SETTLEMENT_ACTIONS,
    Action,
)


@dataclass(frozen=True)
class CaseKind:
    """One kind. `name` is its template, the template's name for it, and how its words begin."""

    name: str
    actions: Mapping[str, Action]
    steps: tuple[str, ...] = ()
    step_of: Mapping[str, int] | None = None
    """State → the step that is being done; the other states have left the way."""

    def offered(self, pending: Sequence[str]) -> list[Action]:
        """The actions that a service offers now, in the table's order."""
        return [action for name, action in self.actions.items() if name in pending]


CASE = CaseKind(
    "case",
    CASE_ACTIONS,
    ("submit", "accept", "review", "decide", "reserve", "register", "disburse", "repay", "close"),
    {
        "submitted": 1,
        "returned_for_correction": 0,
        "accepted": 2,
        "under_review": 2,
        "recommended": 3,
        "approved": 4,
        "capacity_declined": 4,
        "capacity_reserved": 5,
        "pledge_registered": 6,
        "disbursed": 7,
        "overdue": 7,
        "claimed": 7,
        "repaid": 8,
        "closed": 9,
    },
)
CLAIM = CaseKind(
    "claim",
    CLAIM_ACTIONS,
    ("file", "review", "decide", "pay"),
    {"submitted": 1, "reviewed": 2, "approved": 3, "paid": 4},
)
RECOVERY = CaseKind("recovery", RECOVERY_ACTIONS)
SETTLEMENT = CaseKind(
    "settlement",
    SETTLEMENT_ACTIONS,
    ("preview", "confirm", "sign", "post"),
    {"previewed": 1, "confirmed": 2, "signed": 3, "posted": 4},
)
KINDS = (CASE, CLAIM, RECOVERY, SETTLEMENT)

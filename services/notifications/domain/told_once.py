"""Facts that two events tell at the same moment: whose people hear of the second by the first.

Machines are told both, for each is a fact of its own. One table, by the type that is not told to people
again; a row holds where its `when` does. What a warning is raised for by the service itself is told when
it happens, and the warning stands in the lists of what is to do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Fact = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldBy:
    """Who hears of a fact by another event."""

    event_type: str
    """The one that tells it."""
    banks: bool
    """The bank's people do."""
    roles: frozenset[str] = frozenset()
    """The bureau's people of these roles do."""
    when: Callable[[Fact], bool] = lambda fact: True


def _raised_for(cause: str) -> Callable[[Fact], bool]:
    return lambda fact: not fact["by_hand"] and fact["cause"] == cause


_PASSED_OF_CASE: Final = "case-deadline.passed.v1"
_PASSED_OF_POOL: Final = "pool-deadline.passed.v1"
_REVIEWER_AND_MANAGER: Final = frozenset({"pool_manager", "reviewer"})

TOLD_ONCE: Final[Mapping[str, tuple[ToldBy, ...]]] = {
    # The duties `owed_by_bank` and `receivable`; who checks is not waited for, and hears by this one.
    "receivable.overdue.v1": (
        ToldBy(event_type=_PASSED_OF_POOL, banks=True, roles=frozenset({"finance_maker"})),
    ),
    # The duty `monthly_report`; the pool's manager hears of the deadline a week later.
    "bank.reports-missing.v1": (ToldBy(event_type=_PASSED_OF_POOL, banks=True),),
    "cover-call.changed.v1": (
        ToldBy(event_type=_PASSED_OF_CASE, banks=True, when=lambda fact: fact["what"] == "overdue"),
    ),
    "warning.raised.v1": (
        ToldBy(event_type="loan.overdue.v1", banks=True, roles=_REVIEWER_AND_MANAGER,
               when=_raised_for("overdue")),
        ToldBy(event_type="firm.listed.v1", banks=True, roles=_REVIEWER_AND_MANAGER,
               when=_raised_for("listed")),
        ToldBy(event_type="right.endangered.v1", banks=True, roles=frozenset({"reviewer"}),
               when=_raised_for("right_in_danger")),
        ToldBy(event_type="cover-call.changed.v1", banks=True, roles=_REVIEWER_AND_MANAGER,
               when=_raised_for("cover_short")),
        # The duties `maturity` and `monthly_report` of the bank.
        ToldBy(event_type=_PASSED_OF_CASE, banks=True, when=_raised_for("matured")),
        ToldBy(event_type="bank.reports-missing.v1", banks=True,
               roles=frozenset({"pool_manager"}), when=_raised_for("silence")),
    ),
}  # fmt: skip


def told_otherwise(event_type: str, fact: Fact) -> ToldBy | None:
    """By what people have heard of this fact already, or are just hearing; None: by nothing else."""
    return next((one for one in TOLD_ONCE.get(event_type, ()) if one.when(fact)), None)

"""Who hears of a pool itself: opened, stopped, run off, closed, what was agreed for it, and by which
programmes it follows."""

from collections.abc import Mapping

from services.notifications.domain.notice import Banks, Notice

NAMED, OF_POOL = Banks.NAMED, Banks.OF_POOL

_ENTRIES = ("approver", "finance_maker", "pool_manager", "reviewer")
"""The roles that hear whether a pool takes entries."""

OF_POOLS: Mapping[str, Notice] = {
    "pool.run-off.v1": Notice(banks=OF_POOL, roles=_ENTRIES),
    "pool.closed.v1": Notice(
        banks=OF_POOL, roles=("auditor", "finance_checker")
    ),
    "top-up.called.v1": Notice(
        banks=Banks.NONE, roles=("finance_checker", "finance_maker", "pool_manager")
    ),
    "agreement.in_force.v1": Notice(
        banks=NAMED, roles=("finance_maker", "pool_manager")
    ),
    "pool.opened.v1": Notice(banks=Banks.NONE, roles=("finance_maker", "pool_manager")),
    "pool.warned.v1": Notice(
        banks=Banks.NONE, roles=("finance_checker", "finance_maker", "pool_manager")
    ),
    "scheme.published.v1": Notice(
        banks=Banks.NONE,
        roles=(
            "approver", "auditor", "finance_checker", "finance_maker", "pool_manager", "reviewer",
        ),
    ),
    "calendar.changed.v1": Notice(
        banks=Banks.NONE,
        roles=(
            "approver", "finance_checker", "finance_maker", "leader", "pool_manager", "reviewer",
        ),
    ),
    "pool.stopped.v1": Notice(banks=OF_POOL, roles=_ENTRIES),
    "pool.resumed.v1": Notice(banks=OF_POOL, roles=_ENTRIES),
}  # fmt: skip

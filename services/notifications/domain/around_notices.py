"""Who hears of what stands around loans: policies, guarantees, co-investments, calls for
cover, loan packages."""

from collections.abc import Mapping

from services.notifications.domain.notice import Banks, Notice

AROUND_LOANS: Mapping[str, Notice] = {
    "enhancement.changed.v1": Notice(banks=Banks.NAMED, roles=("reviewer",)),
    "co-investment.changed.v1": Notice(banks=Banks.NAMED, roles=("reviewer",)),
    "cover-call.changed.v1": Notice(banks=Banks.NAMED, roles=("reviewer", "pool_manager")),
    "loan-package.changed.v1": Notice(
        banks=Banks.NAMED, roles=("approver", "finance_checker", "pool_manager")
    ),
}

"""Who hears of loans that go bad: warnings, disposals of pledged rights, collections."""

from collections.abc import Mapping

from services.notifications.domain.notice import Banks, Notice

OF_BAD_LOANS: Mapping[str, Notice] = {
    "warning.raised.v1": Notice(banks=Banks.NAMED, roles=("pool_manager", "reviewer")),
    "warning.concluded.v1": Notice(banks=Banks.NAMED, roles=("reviewer",)),
    "disposal.opened.v1": Notice(
        banks=Banks.NAMED, bank_inbox=False, roles=("finance_maker", "pool_manager")
    ),
    "disposal.sold.v1": Notice(banks=Banks.NAMED, roles=("finance_maker", "pool_manager")),
    "disposal.closing-proposed.v1": Notice(
        banks=Banks.NAMED, bank_inbox=False, roles=("finance_checker",)
    ),
    "disposal.ended.v1": Notice(banks=Banks.NAMED, roles=("finance_maker", "pool_manager")),
    "collection.conclusion-proposed.v1": Notice(
        banks=Banks.NAMED, bank_inbox=False, roles=("finance_checker",)
    ),
    "collection.instalment-due.v1": Notice(banks=Banks.NAMED, roles=("finance_maker",)),
    "collection.concluded.v1": Notice(banks=Banks.NAMED, roles=("finance_maker", "pool_manager")),
}

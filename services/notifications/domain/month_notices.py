"""Who hears how the settlement of a month goes on."""

from collections.abc import Mapping

from services.notifications.domain.notice import Banks, Notice

NAMED, OF_STATEMENTS = Banks.NAMED, Banks.OF_STATEMENTS

OF_MONTHS: Mapping[str, Notice] = {
    "settlement.confirmed.v1": Notice(banks=Banks.NONE, roles=("finance_checker",)),
    "settlement.sent-back.v1": Notice(banks=Banks.NONE, roles=("finance_maker",)),
    "settlement.reminder.v1": Notice(banks=NAMED),
    "settlement.matched.v1": Notice(banks=Banks.NONE, roles=("finance_checker",)),
    "settlement.unmatched.v1": Notice(banks=Banks.NONE, roles=("finance_checker", "finance_maker")),
    "settlement.closed.v1": Notice(
        banks=Banks.NONE, roles=("auditor", "finance_maker", "pool_manager")
    ),
    "settlement.posted.v1": Notice(
        banks=OF_STATEMENTS,
        roles=("auditor", "finance_checker", "finance_maker", "pool_manager"),
    ),
}

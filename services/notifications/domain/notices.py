"""Who hears of an event: one row per type of event.

A bank hears of its own cases; what changes a whole pool is told to every bank that works with it.
Of the bureau's people only those hear who do something with it. A type that is missing here is
passed over. What a bank may know of it is decided for the whole house (shared/contracts/for_banks.yaml).
"""

from collections.abc import Mapping

from services.notifications.domain.around_notices import AROUND_LOANS
from services.notifications.domain.bad_loan_notices import OF_BAD_LOANS
from services.notifications.domain.deadline_notices import OF_DEADLINES
from services.notifications.domain.demand_notices import OF_DEMANDS
from services.notifications.domain.desk_notices import OF_DESK
from services.notifications.domain.level_notices import OF_LEVELS
from services.notifications.domain.month_notices import OF_MONTHS
from services.notifications.domain.notice import Banks, Notice
from services.notifications.domain.pool_notices import OF_POOLS
from services.notifications.domain.public_notice_notices import OF_PUBLIC_NOTICES
from services.notifications.domain.right_notices import OF_RIGHTS_AND_FIRMS

NAMED, OF_POOL, OF_STATEMENTS = Banks.NAMED, Banks.OF_POOL, Banks.OF_STATEMENTS

NOTICES: Mapping[str, Notice] = {
    "application.submitted.v1": Notice(banks=NAMED),
    "application.amended.v1": Notice(banks=NAMED, bank_inbox=False, roles=("reviewer",)),
    "application.returned.v1": Notice(banks=NAMED),
    "paper.judged.v1": Notice(banks=NAMED),
    "application.accepted.v1": Notice(banks=NAMED, roles=("reviewer",)),
    "application.assigned.v1": Notice(banks=Banks.NONE, people_in="assigned_to"),
    **OF_DEADLINES,
    **OF_DESK,
    **OF_LEVELS,
    "application.approved.v1": Notice(banks=NAMED, roles=("pool_manager",)),
    "application.condition-changed.v1": Notice(banks=NAMED, roles=("reviewer",)),
    "application.letter-sent.v1": Notice(banks=NAMED),
    "application.letter-answered.v1": Notice(banks=NAMED, bank_inbox=False, roles=("reviewer",)),
    "application.rejected.v1": Notice(banks=NAMED),
    "application.withdrawn.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("approver", "reviewer")
    ),
    "application.expired.v1": Notice(banks=NAMED, roles=("reviewer",)),
    "pledge.registered.v1": Notice(banks=NAMED, bank_inbox=False),
    **OF_RIGHTS_AND_FIRMS,
    "loan.disbursed.v1": Notice(banks=NAMED, bank_inbox=False),
    "loan.drawn.v1": Notice(banks=NAMED, bank_inbox=False),
    "loan.draw-undone.v1": Notice(banks=NAMED, bank_inbox=False, roles=("pool_manager",)),
    "loan.draws-ended.v1": Notice(banks=NAMED, roles=("pool_manager",)),
    "loan.position-reported.v1": Notice(banks=NAMED, bank_inbox=False),
    "loan.overdue.v1": Notice(banks=NAMED, roles=("pool_manager", "reviewer")),
    "loan.repaid.v1": Notice(banks=NAMED, bank_inbox=False),
    "loan.reopened.v1": Notice(banks=NAMED, bank_inbox=False, roles=("pool_manager",)),
    "loan.disbursement-undone.v1": Notice(banks=NAMED, bank_inbox=False, roles=("pool_manager",)),
    "loan.renewed.v1": Notice(banks=NAMED, roles=("pool_manager",)),
    "loan.extended.v1": Notice(banks=NAMED, roles=("pool_manager",)),
    "coverage.reserved.v1": Notice(banks=NAMED),
    "coverage.declined.v1": Notice(banks=NAMED, roles=("approver", "pool_manager")),
    "coverage.activated.v1": Notice(banks=NAMED, bank_inbox=False),
    "coverage.released.v1": Notice(banks=NAMED, bank_inbox=False),
    "coverage.reopened.v1": Notice(banks=NAMED, roles=("pool_manager",)),
    # While a pool is taken over with its loans, ten thousand at once: for machines that asked for them.
    "coverage.taken-over.v1": Notice(banks=NAMED, bank_inbox=False),
    "opening.loan-proposed.v1": Notice(banks=NAMED, bank_inbox=False),
    "opening.loan-dropped.v1": Notice(banks=NAMED, bank_inbox=False),
    "loan.take-over-answered.v1": Notice(banks=NAMED, bank_inbox=False),
    "claim.submitted.v1": Notice(banks=NAMED, roles=("finance_maker", "reviewer")),
    "claim.reviewed.v1": Notice(banks=NAMED, bank_inbox=False, roles=("finance_checker",)),
    "claim.refused.v1": Notice(banks=NAMED, roles=("finance_maker", "pool_manager")),
    "claim.returned.v1": Notice(banks=NAMED, roles=("pool_manager",)),
    "claim.withdrawn.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("finance_maker", "reviewer")
    ),
    "claim.step-recorded.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "reviewer", "approver", "pool_manager", "finance_checker"),
    ),
    "claim.appealed.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("finance_checker", "pool_manager")
    ),
    "claim.reopened.v1": Notice(banks=NAMED, roles=("finance_maker", "reviewer")),
    "claim.upheld.v1": Notice(banks=NAMED, roles=("finance_maker", "pool_manager")),
    "claim.approved.v1": Notice(banks=NAMED, roles=("finance_maker", "pool_manager")),
    "claim.paid.v1": Notice(banks=NAMED, roles=("pool_manager",)),
    "claim.payment-reversed.v1": Notice(banks=NAMED, roles=("finance_maker", "pool_manager")),
    "claim.held.v1": Notice(banks=NAMED, roles=("finance_checker", "finance_maker")),
    "claim.released.v1": Notice(banks=NAMED, roles=("finance_maker",)),
    "claim.written-off.v1": Notice(banks=NAMED, roles=("finance_maker", "pool_manager")),
    "claim.escrowed.v1": Notice(banks=NAMED, roles=("pool_manager",)),
    "claim.loss-reported.v1": Notice(banks=NAMED, bank_inbox=False, roles=("finance_maker",)),
    "claim.loss-returned.v1": Notice(banks=NAMED, roles=("finance_maker",)),
    "claim.settled.v1": Notice(banks=NAMED, roles=("finance_maker", "pool_manager")),
    "recovery.booked.v1": Notice(banks=NAMED, roles=("finance_maker", "pool_manager")),
    "adjustment.proposed.v1": Notice(banks=Banks.NONE, roles=("finance_checker",)),
    "adjustment.decided.v1": Notice(banks=NAMED, roles=("finance_maker", "pool_manager")),
    "subsidy.filed.v1": Notice(banks=NAMED, bank_inbox=False, roles=("finance_maker", "reviewer")),
    "subsidy.reviewed.v1": Notice(banks=NAMED, bank_inbox=False, roles=("finance_checker",)),
    "subsidy.approved.v1": Notice(banks=NAMED, roles=("finance_maker", "pool_manager")),
    "subsidy.refused.v1": Notice(banks=NAMED, roles=("finance_maker",)),
    "bank.warned.v1": Notice(banks=NAMED, roles=("pool_manager",)),
    "bank.reports-missing.v1": Notice(banks=NAMED, roles=("pool_manager",)),
    "dispute.filed.v1": Notice(banks=NAMED, bank_inbox=False, roles=("finance_maker",)),
    "dispute.decided.v1": Notice(banks=NAMED, roles=("finance_maker", "pool_manager")),
    "dispute.withdrawn.v1": Notice(banks=NAMED, bank_inbox=False, roles=("finance_maker",)),
    "receivable.overdue.v1": Notice(banks=NAMED, roles=("finance_checker", "finance_maker")),
    "payment.rejected.v1": Notice(banks=Banks.NONE, roles=("finance_checker", "finance_maker")),
    "bank.suspended.v1": Notice(banks=NAMED, roles=("approver", "pool_manager", "reviewer")),
    "bank.resumed.v1": Notice(banks=NAMED, roles=("approver", "pool_manager", "reviewer")),
    **OF_POOLS,
    **OF_DEMANDS,
    **OF_MONTHS,
    **OF_BAD_LOANS,
    **AROUND_LOANS,
    **OF_PUBLIC_NOTICES,
}

"""Who hears of an event, and what a bank may know of it: one row per type of event.

A bank hears of its own cases; what changes a whole pool is told to every bank that works with it.
Of the bureau's people only those hear who do something with it. A type that is missing here is
passed over. The fields list what is told, not what is kept back: a field that a contract gains
tomorrow stays in the house until somebody has decided otherwise.
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
from services.notifications.domain.notice_fields import (
    ADJUSTMENT,
    AMENDED,
    BREAKER,
    CASE,
    CLAIM,
    COVERAGE,
    DISPUTE,
    OVERDUE,
    SUBSIDY,
)
from services.notifications.domain.pool_notices import OF_POOLS
from services.notifications.domain.right_notices import OF_RIGHTS_AND_FIRMS
from services.notifications.domain.take_over import TAKE_OVER

NAMED, OF_POOL, OF_STATEMENTS = Banks.NAMED, Banks.OF_POOL, Banks.OF_STATEMENTS

NOTICES: Mapping[str, Notice] = {
    "application.submitted.v1": Notice(banks=NAMED, fields=CASE | {"amount_fen", "submitted_on"}),
    "application.amended.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("reviewer",), fields=CASE | AMENDED
    ),
    "application.returned.v1": Notice(banks=NAMED, fields=CASE | {"reasons", "by"}),
    "paper.judged.v1": Notice(
        banks=NAMED,
        fields=CASE | {"kind", "kind_zh", "kind_en", "filename", "verdict", "reason"},
    ),
    "application.accepted.v1": Notice(
        banks=NAMED, roles=("reviewer",), fields=CASE | {"amount_fen"}
    ),
    "application.assigned.v1": Notice(banks=Banks.NONE, people_in="assigned_to"),
    **OF_DEADLINES,
    **OF_DESK,
    **OF_LEVELS,
    "application.approved.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=CASE
        | {
            "amount_fen",
            "ip_share_bp",
            "ip_amount_fen",
            "tenor_months",
            "annual_rate_bp",
            "programme",
            "mode",
            "parties",
            "approved_on",
            "is_first_loan",
            "is_multi_ip_type",
            "applied_fen",
            "amount_reason",
            "conditions",
        },
    ),
    "application.condition-changed.v1": Notice(
        banks=NAMED,
        roles=("reviewer",),
        fields=CASE | {"condition_no", "condition", "standing", "said"},
    ),
    "application.letter-sent.v1": Notice(
        banks=NAMED, fields=CASE | {"letter_id", "text", "due_on"}
    ),
    "application.letter-answered.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("reviewer",),
        fields=CASE | {"letter_id", "text", "is_late"},
    ),
    "application.rejected.v1": Notice(banks=NAMED, fields=CASE | {"reason"}),
    "application.withdrawn.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("approver", "reviewer"), fields=CASE | {"reason"}
    ),
    "application.expired.v1": Notice(banks=NAMED, roles=("reviewer",), fields=CASE),
    "pledge.registered.v1": Notice(
        banks=NAMED, bank_inbox=False, fields=CASE | {"registration_numbers", "registered_on"}
    ),
    **OF_RIGHTS_AND_FIRMS,
    "loan.disbursed.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        fields=CASE
        | {"amount_fen", "loan_no", "disbursed_on", "matures_on", "annual_rate_bp", "draws_until"},
    ),
    "loan.drawn.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        fields=CASE
        | {
            "draw_no",
            "amount_fen",
            "drawn_on",
            "reference",
            "drawn_fen",
            "drawable_fen",
            "draws_until",
            "outstanding_principal_fen",
        },
    ),
    "loan.draw-undone.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("pool_manager",),
        fields=CASE
        | {
            "draw_no",
            "amount_fen",
            "drawn_on",
            "reference",
            "drawn_fen",
            "draws_until",
            "outstanding_principal_fen",
            "reason",
            "on",
        },
    ),
    "loan.draws-ended.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=CASE | {"undrawn_fen", "draws_until", "on"},
    ),
    "loan.position-reported.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        fields=CASE
        | {
            "month",
            "outstanding_principal_fen",
            "overdue_days",
            "interest_arrears_fen",
            "penalty_interest_fen",
            "risk_class",
            "reported_on",
            "corrects_closed_month",
            "drawn_since_fen",
        },
    ),
    "loan.overdue.v1": Notice(
        banks=NAMED,
        roles=("pool_manager", "reviewer"),
        fields=CASE | {"overdue_days", "risk_class", "outstanding_principal_fen", "as_of"},
    ),
    "loan.repaid.v1": Notice(banks=NAMED, bank_inbox=False, fields=CASE | {"repaid_on"}),
    "loan.reopened.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("pool_manager",),
        fields=CASE | {"month", "outstanding_principal_fen", "reported_on", "reason"},
    ),
    "loan.disbursement-undone.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("pool_manager",),
        fields=CASE | {"reason", "on", "filed"},
    ),
    "loan.renewed.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=CASE
        | {
            "renewed_by",
            "renewed_by_number",
            "renewed_on",
            "outstanding_principal_fen",
            "report_repaid_by",
        },
    ),
    "loan.extended.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=CASE | {"kind", "matured_on", "matures_on", "decided_on", "reason"},
    ),
    "coverage.reserved.v1": Notice(
        banks=NAMED,
        fields=COVERAGE | {"amount_fen", "reserved_until", "scheme_version"},
    ),
    "coverage.declined.v1": Notice(
        banks=NAMED,
        roles=("approver", "pool_manager"),
        fields=COVERAGE | {"amount_fen", "limits", "waiting", "place", "waits_until"},
    ),
    "coverage.activated.v1": Notice(
        banks=NAMED, bank_inbox=False, fields=COVERAGE | {"amount_fen", "activated_on"}
    ),
    "coverage.released.v1": Notice(
        banks=NAMED, bank_inbox=False, fields=COVERAGE | {"amount_fen", "reason"}
    ),
    "coverage.reopened.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=COVERAGE | {"amount_fen", "reopened_on", "reason"},
    ),
    **{
        name: Notice(banks=NAMED, bank_inbox=False, fields=told) for name, told in TAKE_OVER.items()
    },
    "claim.submitted.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "reviewer"),
        fields=CLAIM | {"outstanding_principal_fen", "submitted_on"},
    ),
    "claim.reviewed.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("finance_checker",), fields=CLAIM
    ),
    "claim.refused.v1": Notice(
        banks=NAMED, roles=("finance_maker", "pool_manager"), fields=CLAIM | {"reason"}
    ),
    "claim.returned.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=CLAIM | {"gaps", "returned_on"},
    ),
    "claim.withdrawn.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("finance_maker", "reviewer"),
        fields=CLAIM | {"reason", "withdrawn_on"},
    ),
    "claim.step-recorded.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "reviewer", "approver", "pool_manager", "finance_checker"),
        fields=CLAIM | {"step", "outcome", "recorded_on", "next_step"},
    ),
    "claim.appealed.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("finance_checker", "pool_manager"),
        fields=CLAIM | {"reason", "appealed_on"},
    ),
    "claim.reopened.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "reviewer"),
        fields=CLAIM | {"reason"},
    ),
    "claim.upheld.v1": Notice(
        banks=NAMED, roles=("finance_maker", "pool_manager"), fields=CLAIM | {"reason"}
    ),
    "claim.approved.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=CLAIM | {"base_fen", "shares", "caps_bound", "approved_on"},
    ),
    "claim.paid.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=CLAIM | {"paid_fen", "paid_on", "paid_from", "voucher"},
    ),
    "claim.payment-reversed.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=CLAIM | {"paid_fen", "reason"},
    ),
    "claim.held.v1": Notice(
        banks=NAMED,
        roles=("finance_checker", "finance_maker"),
        fields=CLAIM | {"code", "approved_principal_fen", "outstanding_principal_fen"},
    ),
    "claim.released.v1": Notice(banks=NAMED, roles=("finance_maker",), fields=CLAIM),
    "claim.written-off.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=CLAIM | {"written_off_on", "reason"},
    ),
    "claim.escrowed.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=CLAIM | {"held_fen", "escrowed_on", "paid_from", "voucher"},
    ),
    "claim.loss-reported.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("finance_maker",),
        fields=CLAIM | {"written_off_on", "net_loss_fen", "reason"},
    ),
    "claim.loss-returned.v1": Notice(
        banks=NAMED, roles=("finance_maker",), fields=CLAIM | {"reason"}
    ),
    "claim.settled.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=CLAIM
        | {"net_loss_fen", "shares", "paid_fen", "released_fen", "added_fen", "settled_on"},
    ),
    "recovery.booked.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=CLAIM
        | {"recovery_id", "gross_fen", "costs_fen", "net_fen", "shares", "received_on"},
    ),
    "adjustment.proposed.v1": Notice(banks=Banks.NONE, roles=("finance_checker",)),
    "adjustment.decided.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=ADJUSTMENT | {"booked_on", "parts"},
    ),
    "subsidy.filed.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("finance_maker", "reviewer"),
        fields=SUBSIDY | {"code", "since", "until"},
    ),
    "subsidy.reviewed.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("finance_checker",), fields=SUBSIDY
    ),
    "subsidy.approved.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=SUBSIDY | {"amount_fen", "payee", "payee_code", "approved_on"},
    ),
    "subsidy.refused.v1": Notice(
        banks=NAMED, roles=("finance_maker",), fields=SUBSIDY | {"reason"}
    ),
    "bank.warned.v1": Notice(banks=NAMED, roles=("pool_manager",), fields=BREAKER),
    "bank.reports-missing.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=frozenset(
            {"pool_code", "bank_code", "month", "missing_loans", "loans", "due_on", "silent_months"}
        ),
    ),
    "dispute.filed.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("finance_maker",),
        fields=DISPUTE,
    ),
    "dispute.decided.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=DISPUTE | {"upheld_fen", "due_again_fen", "due_again_on", "booked_on", "opinion"},
    ),
    "dispute.withdrawn.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("finance_maker",), fields=DISPUTE
    ),
    "receivable.overdue.v1": Notice(
        banks=NAMED,
        roles=("finance_checker", "finance_maker"),
        fields=OVERDUE,
    ),
    "payment.rejected.v1": Notice(banks=Banks.NONE, roles=("finance_checker", "finance_maker")),
    "bank.suspended.v1": Notice(
        banks=NAMED, roles=("approver", "pool_manager", "reviewer"), fields=BREAKER
    ),
    "bank.resumed.v1": Notice(
        banks=NAMED, roles=("approver", "pool_manager", "reviewer"), fields=BREAKER
    ),
    **OF_POOLS,
    **OF_DEMANDS,
    **OF_MONTHS,
    **OF_BAD_LOANS,
    **AROUND_LOANS,
}

"""Who hears of an event, and what a bank may know of it: one row per type of event.

A bank hears of its own cases; what changes a whole pool is told to every bank that works with it.
Of the bureau's people only those hear who do something with it. A type that is missing here is
passed over. The fields list what is told, not what is kept back: a field that a contract gains
tomorrow stays in the house until somebody has decided otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Banks(StrEnum):
    """Which banks an event concerns."""

    NONE = "none"
    NAMED = "named"
    """The one the event names."""
    OF_POOL = "of_pool"
    """Every bank that has had a case in the event's pool."""
    OF_STATEMENTS = "of_statements"
    """Each bank that has a line in the settlement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Who hears of one type of event."""

    banks: Banks
    bank_inbox: bool = True
    """False: only machines that asked for it hear (webhooks), for the bank did it itself."""
    bank_acts: bool = False
    """The bank has something to do now."""
    roles: tuple[str, ...] = ()
    """The bureau's roles that hear of it."""
    bureau_acts: bool = False
    fields: frozenset[str] = frozenset()
    """The fields that a bank may know. The bureau is told everything."""


NAMED, OF_POOL, OF_STATEMENTS = Banks.NAMED, Banks.OF_POOL, Banks.OF_STATEMENTS

_CASE = frozenset({"loan_id", "number", "bank_code", "pool_code", "borrower_uscc", "borrower_name"})
_COVERAGE = frozenset({"loan_id", "number", "bank_code", "pool_code", "borrower_name"})
_CLAIM = _COVERAGE | {"claim_id", "claim_number"}
_ADJUSTMENT = _CLAIM | {"adjustment_id", "adjustment_number", "adjustment_kind", "reason"}
_SUBSIDY = _COVERAGE | {"subsidy_id", "subsidy_number"}
_BREAKER = frozenset(
    {
        "pool_code",
        "bank_code",
        "bad_principal_fen",
        "covered_principal_fen",
        "line_bp",
        "on",
        "cause",
        "reason",
        "estimated_loans",
    }
)
_POOL = frozenset({"pool_code", "on", "cause", "reason"})
_RUN_OFF = frozenset({"pool_code", "run_off_id", "on", "reason"})
_ENTRIES = ("approver", "finance_maker", "pool_manager", "reviewer")
"""The roles that hear whether a pool takes entries."""
_PARTY = frozenset({"pool_code", "bank_code", "party_code", "party_name"})
_AGREEMENT = _PARTY | {
    "agreement_id", "number", "edition", "reference", "valid_from", "valid_to", "line_fen",
    "minimum_lending_fen", "minimum_per", "on",
}  # fmt: skip
_OVERDUE = _PARTY | {"reference", "open_fen", "since", "due_on", "days_overdue"}

NOTICES: Mapping[str, Notice] = {
    "application.submitted.v1": Notice(banks=NAMED, fields=_CASE | {"amount_fen", "submitted_on"}),
    "application.returned.v1": Notice(
        banks=NAMED, bank_acts=True, fields=_CASE | {"reasons", "by"}
    ),
    "application.accepted.v1": Notice(
        banks=NAMED, roles=("reviewer",), bureau_acts=True, fields=_CASE | {"amount_fen"}
    ),
    "application.approved.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=_CASE
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
        },
    ),
    "application.rejected.v1": Notice(banks=NAMED, fields=_CASE | {"reason"}),
    "application.withdrawn.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("approver", "reviewer"), fields=_CASE | {"reason"}
    ),
    "application.expired.v1": Notice(banks=NAMED, roles=("reviewer",), fields=_CASE),
    "pledge.registered.v1": Notice(
        banks=NAMED, bank_inbox=False, fields=_CASE | {"registration_numbers", "registered_on"}
    ),
    "loan.disbursed.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        fields=_CASE
        | {"amount_fen", "loan_no", "disbursed_on", "matures_on", "annual_rate_bp", "draws_until"},
    ),
    "loan.drawn.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        fields=_CASE
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
        fields=_CASE
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
        fields=_CASE | {"undrawn_fen", "draws_until", "on"},
    ),
    "loan.position-reported.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        fields=_CASE
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
        fields=_CASE | {"overdue_days", "risk_class", "outstanding_principal_fen", "as_of"},
    ),
    "loan.repaid.v1": Notice(banks=NAMED, bank_inbox=False, fields=_CASE | {"repaid_on"}),
    "loan.reopened.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("pool_manager",),
        fields=_CASE | {"month", "outstanding_principal_fen", "reported_on", "reason"},
    ),
    "loan.disbursement-undone.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("pool_manager",), fields=_CASE | {"reason", "on"}
    ),
    "loan.extended.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=_CASE | {"kind", "matured_on", "matures_on", "decided_on", "reason"},
    ),
    "coverage.reserved.v1": Notice(
        banks=NAMED,
        bank_acts=True,
        fields=_COVERAGE | {"amount_fen", "reserved_until", "scheme_version"},
    ),
    "coverage.declined.v1": Notice(
        banks=NAMED,
        roles=("approver", "pool_manager"),
        fields=_COVERAGE | {"amount_fen", "limits", "waiting", "place", "waits_until"},
    ),
    "coverage.activated.v1": Notice(
        banks=NAMED, bank_inbox=False, fields=_COVERAGE | {"amount_fen", "activated_on"}
    ),
    "coverage.released.v1": Notice(
        banks=NAMED, bank_inbox=False, fields=_COVERAGE | {"amount_fen", "reason"}
    ),
    "coverage.reopened.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=_COVERAGE | {"amount_fen", "reopened_on", "reason"},
    ),
    "claim.submitted.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "reviewer"),
        bureau_acts=True,
        fields=_CLAIM | {"outstanding_principal_fen", "submitted_on"},
    ),
    "claim.reviewed.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("finance_checker",), bureau_acts=True, fields=_CLAIM
    ),
    "claim.refused.v1": Notice(
        banks=NAMED, roles=("finance_maker", "pool_manager"), fields=_CLAIM | {"reason"}
    ),
    "claim.returned.v1": Notice(
        banks=NAMED,
        bank_acts=True,
        roles=("pool_manager",),
        fields=_CLAIM | {"gaps", "returned_on"},
    ),
    "claim.withdrawn.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("finance_maker", "reviewer"),
        fields=_CLAIM | {"reason", "withdrawn_on"},
    ),
    "claim.step-recorded.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "reviewer", "approver", "pool_manager", "finance_checker"),
        bureau_acts=True,
        fields=_CLAIM | {"step", "outcome", "recorded_on", "next_step"},
    ),
    "claim.appealed.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("finance_checker", "pool_manager"),
        bureau_acts=True,
        fields=_CLAIM | {"reason", "appealed_on"},
    ),
    "claim.reopened.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "reviewer"),
        bureau_acts=True,
        fields=_CLAIM | {"reason"},
    ),
    "claim.upheld.v1": Notice(
        banks=NAMED, roles=("finance_maker", "pool_manager"), fields=_CLAIM | {"reason"}
    ),
    "claim.approved.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        bureau_acts=True,
        fields=_CLAIM | {"base_fen", "shares", "caps_bound", "approved_on"},
    ),
    "claim.paid.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=_CLAIM | {"paid_fen", "paid_on", "paid_from", "voucher"},
    ),
    "claim.payment-reversed.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        bureau_acts=True,
        fields=_CLAIM | {"paid_fen", "reason"},
    ),
    "claim.held.v1": Notice(
        banks=NAMED,
        roles=("finance_checker", "finance_maker"),
        bureau_acts=True,
        fields=_CLAIM | {"code", "approved_principal_fen", "outstanding_principal_fen"},
    ),
    "claim.released.v1": Notice(
        banks=NAMED, roles=("finance_maker",), bureau_acts=True, fields=_CLAIM
    ),
    "claim.written-off.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=_CLAIM | {"written_off_on", "reason"},
    ),
    "claim.escrowed.v1": Notice(
        banks=NAMED,
        roles=("pool_manager",),
        fields=_CLAIM | {"held_fen", "escrowed_on", "paid_from", "voucher"},
    ),
    "claim.loss-reported.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("finance_maker",),
        bureau_acts=True,
        fields=_CLAIM | {"written_off_on", "net_loss_fen", "reason"},
    ),
    "claim.loss-returned.v1": Notice(
        banks=NAMED, bank_acts=True, roles=("finance_maker",), fields=_CLAIM | {"reason"}
    ),
    "claim.settled.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=_CLAIM
        | {"net_loss_fen", "shares", "paid_fen", "released_fen", "added_fen", "settled_on"},
    ),
    "recovery.booked.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=_CLAIM
        | {"recovery_id", "gross_fen", "costs_fen", "net_fen", "shares", "received_on"},
    ),
    "adjustment.proposed.v1": Notice(
        banks=Banks.NONE, roles=("finance_checker",), bureau_acts=True
    ),
    "adjustment.decided.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=_ADJUSTMENT | {"booked_on", "parts"},
    ),
    "subsidy.filed.v1": Notice(
        banks=NAMED,
        bank_inbox=False,
        roles=("finance_maker", "reviewer"),
        bureau_acts=True,
        fields=_SUBSIDY | {"code", "since", "until"},
    ),
    "subsidy.reviewed.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("finance_checker",), bureau_acts=True, fields=_SUBSIDY
    ),
    "subsidy.approved.v1": Notice(
        banks=NAMED,
        roles=("finance_maker", "pool_manager"),
        fields=_SUBSIDY | {"amount_fen", "payee", "payee_code", "approved_on"},
    ),
    "subsidy.refused.v1": Notice(
        banks=NAMED, roles=("finance_maker",), fields=_SUBSIDY | {"reason"}
    ),
    "bank.warned.v1": Notice(banks=NAMED, roles=("pool_manager",), fields=_BREAKER),
    "bank.reports-missing.v1": Notice(
        banks=NAMED,
        bank_acts=True,
        roles=("pool_manager",),
        fields=frozenset(
            {"pool_code", "bank_code", "month", "missing_loans", "loans", "due_on", "silent_months"}
        ),
    ),
    "receivable.overdue.v1": Notice(
        banks=NAMED,
        bank_acts=True,
        roles=("finance_checker", "finance_maker"),
        bureau_acts=True,
        fields=_OVERDUE,
    ),
    "bank.suspended.v1": Notice(
        banks=NAMED, roles=("approver", "pool_manager", "reviewer"), fields=_BREAKER
    ),
    "bank.resumed.v1": Notice(
        banks=NAMED, roles=("approver", "pool_manager", "reviewer"), fields=_BREAKER
    ),
    "scheme.published.v1": Notice(
        banks=Banks.NONE,
        roles=(
            "approver",
            "auditor",
            "finance_checker",
            "finance_maker",
            "pool_manager",
            "reviewer",
        ),
    ),
    "pool.run-off.v1": Notice(banks=OF_POOL, roles=_ENTRIES, fields=_RUN_OFF | {"keeps_reserved"}),
    "pool.closed.v1": Notice(
        banks=OF_POOL, roles=("auditor", "finance_checker"), fields=_RUN_OFF | {"closed_on"}
    ),
    "top-up.called.v1": Notice(
        banks=Banks.NONE, roles=("finance_checker", "finance_maker", "pool_manager")
    ),
    "agreement.in_force.v1": Notice(
        banks=NAMED, roles=("finance_maker", "pool_manager"), fields=_AGREEMENT
    ),
    "pool.opened.v1": Notice(banks=Banks.NONE, roles=("finance_maker", "pool_manager")),
    "pool.warned.v1": Notice(
        banks=Banks.NONE, roles=("finance_checker", "finance_maker", "pool_manager")
    ),
    "pool.stopped.v1": Notice(banks=OF_POOL, roles=_ENTRIES, fields=_POOL),
    "pool.resumed.v1": Notice(banks=OF_POOL, roles=_ENTRIES, fields=_POOL),
    "settlement.confirmed.v1": Notice(
        banks=Banks.NONE, roles=("finance_checker",), bureau_acts=True
    ),
    "settlement.posted.v1": Notice(
        banks=OF_STATEMENTS,
        roles=("auditor", "finance_checker", "finance_maker", "pool_manager"),
        fields=frozenset(
            {"pool_code", "settlement_id", "month", "statements", "posted_on", "due_on"}
        ),
    ),
}

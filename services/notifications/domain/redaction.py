"""What a bank may be told of an event: one table of fields. The bureau is told everything.

The table lists what is told, not what is kept back: a field that a contract gains tomorrow stays
in the house until somebody has decided otherwise. Kept back are the pool's own balances and what
other institutions have used of a limit.
"""

from collections.abc import Callable, Mapping
from typing import Any

from services.notifications.domain.audiences import BUREAU

Fact = Mapping[str, Any]
Narrowing = Callable[[Any, str], Any]

_CASE = frozenset({"loan_id", "number", "bank_code", "pool_code", "borrower_uscc", "borrower_name"})
_COVERAGE = frozenset({"loan_id", "number", "bank_code", "pool_code", "borrower_name"})
_CLAIM = _COVERAGE | {"claim_id", "claim_number"}
_BREAKER = frozenset(
    {"pool_code", "bank_code", "bad_principal_fen", "covered_principal_fen", "line_bp", "on"}
)
_POOL = frozenset({"pool_code", "on"})

TOLD: Mapping[str, frozenset[str]] = {
    "application.submitted.v1": _CASE | {"amount_fen", "submitted_on"},
    "application.returned.v1": _CASE | {"reasons", "by"},
    "application.accepted.v1": _CASE | {"amount_fen"},
    "application.approved.v1": _CASE
    | {
        "amount_fen",
        "ip_share_bp",
        "tenor_months",
        "annual_rate_bp",
        "programme",
        "mode",
        "parties",
        "approved_on",
        "is_first_loan",
        "is_multi_ip_type",
    },
    "application.rejected.v1": _CASE | {"reason"},
    "application.withdrawn.v1": _CASE | {"reason"},
    "application.expired.v1": _CASE,
    "pledge.registered.v1": _CASE | {"registration_numbers", "registered_on"},
    "loan.disbursed.v1": _CASE
    | {"amount_fen", "loan_no", "disbursed_on", "matures_on", "annual_rate_bp"},
    "loan.position-reported.v1": _CASE
    | {
        "month",
        "outstanding_principal_fen",
        "overdue_days",
        "interest_arrears_fen",
        "penalty_interest_fen",
        "risk_class",
        "reported_on",
    },
    "loan.overdue.v1": _CASE | {"overdue_days", "risk_class", "outstanding_principal_fen", "as_of"},
    "loan.repaid.v1": _CASE | {"repaid_on"},
    "coverage.reserved.v1": _COVERAGE | {"amount_fen", "reserved_until", "scheme_version"},
    "coverage.declined.v1": _COVERAGE | {"amount_fen", "limits"},
    "coverage.activated.v1": _COVERAGE | {"amount_fen", "activated_on"},
    "coverage.released.v1": _COVERAGE | {"amount_fen", "reason"},
    "claim.submitted.v1": _CLAIM | {"outstanding_principal_fen", "submitted_on"},
    "claim.reviewed.v1": _CLAIM,
    "claim.refused.v1": _CLAIM | {"reason"},
    "claim.approved.v1": _CLAIM | {"base_fen", "shares", "caps_bound", "approved_on"},
    "claim.paid.v1": _CLAIM | {"paid_fen", "paid_on"},
    "recovery.booked.v1": _CLAIM
    | {"recovery_id", "gross_fen", "costs_fen", "net_fen", "shares", "received_on"},
    "bank.warned.v1": _BREAKER,
    "bank.suspended.v1": _BREAKER,
    "bank.resumed.v1": _BREAKER,
    "pool.stopped.v1": _POOL,
    "pool.resumed.v1": _POOL,
    "settlement.posted.v1": frozenset(
        {"pool_code", "settlement_id", "month", "statements", "posted_on"}
    ),
}

_OF_A_LIMIT = frozenset({"limit", "requested_fen", "source"})
_ITS_OWN_LIMITS = frozenset({"bank_line", "bank_not_in_pool", "bank_suspended", "pool_stopped"})
"""Limits that hold no figures but the bank's own."""


def _without_what_others_use(limits: Any, bank_code: str) -> Any:
    # Of the others not even `zh` and `en` are told, for they repeat the figures.
    return [
        limit
        if limit["limit"] in _ITS_OWN_LIMITS
        else {name: value for name, value in limit.items() if name in _OF_A_LIMIT}
        for limit in limits
    ]


def _own_lines(statements: Any, bank_code: str) -> Any:
    return [line for line in statements if line["party_code"] == bank_code]


NARROWED: Mapping[tuple[str, str], Narrowing] = {
    ("coverage.declined.v1", "limits"): _without_what_others_use,
    ("settlement.posted.v1", "statements"): _own_lines,
}
"""Fields that are told in part: what is left of them for one bank."""


def told_to(institution: str, event_type: str, fact: Fact) -> dict[str, Any]:
    """The part of an event, by its Python names, that an institution may know.

    Nothing at all of a type that the table does not list.
    """
    if institution == BUREAU:
        return dict(fact)
    fields = TOLD.get(event_type, frozenset())
    return {
        name: NARROWED.get((event_type, name), _whole)(value, institution)
        for name, value in fact.items()
        if name in fields
    }


def _whole(value: Any, bank_code: str) -> Any:
    return value

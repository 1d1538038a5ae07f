"""What a bank may know while a pool is taken over with its loans: ten thousand at once, so they are for
machines that asked for them, and for no inbox."""

from collections.abc import Mapping

_LOAN = frozenset({"loan_id", "bank_code", "pool_code", "loan_no"})

TAKE_OVER: Mapping[str, frozenset[str]] = {
    "coverage.taken-over.v1": _LOAN | {"number", "borrower_name", "amount_fen", "taken_over_on"},
    "opening.loan-proposed.v1": _LOAN | {"borrower_uscc", "borrower_name", "amount_fen"},
    "opening.loan-dropped.v1": _LOAN | {"reason"},
    "loan.take-over-answered.v1": _LOAN | {"number", "accepted"},
}
"""Type of event → the fields that a bank may know."""

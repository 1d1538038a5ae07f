"""What a bank may know of whatever an event is about: the fields that every event of a case has."""

CASE = frozenset({"loan_id", "number", "bank_code", "pool_code", "borrower_uscc", "borrower_name"})
COVERAGE = frozenset({"loan_id", "number", "bank_code", "pool_code", "borrower_name"})
CLAIM = COVERAGE | {"claim_id", "claim_number"}
ADJUSTMENT = CLAIM | {"adjustment_id", "adjustment_number", "adjustment_kind", "reason"}
DISPUTE = frozenset(
    {
        "pool_code", "bank_code", "party_code", "party_role", "party_name", "dispute_id",
        "dispute_number", "month", "item", "line_seq", "line_amount_fen", "right_fen",
        "difference_fen", "reason",
    }
)  # fmt: skip
SUBSIDY = COVERAGE | {"subsidy_id", "subsidy_number"}
BREAKER = frozenset(
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
POOL = frozenset({"pool_code", "on", "cause", "reason"})
PARTY = frozenset({"pool_code", "bank_code", "party_code", "party_name"})
AGREEMENT = PARTY | {
    "agreement_id", "number", "edition", "reference", "valid_from", "valid_to", "line_fen",
    "minimum_lending_fen", "minimum_per", "on",
}  # fmt: skip
OVERDUE = PARTY | {"party_role", "reference", "open_fen", "since", "due_on", "days_overdue"}
AMENDED = frozenset({"amount_fen", "submitted_on", "revision", "changed"})
PLEDGE = frozenset(
    {
        "right_kind", "right_number", "right_name", "registry", "registration_number", "what",
        "on", "reason",
    }
)  # fmt: skip
RANK = frozenset(
    {"right_kind", "right_number", "right_name", "from_rank", "to_rank", "on"}
)  # fmt: skip
LISTED = frozenset(
    {
        "entry_id", "bank_code", "borrower_uscc", "borrower_name", "list_name", "list_zh",
        "list_en", "listed_on", "list_date", "source",
    }
)  # fmt: skip
REPAIR = frozenset(
    {
        "repair_id", "entry_id", "bank_code", "borrower_uscc", "borrower_name", "list_name",
        "list_zh", "list_en", "ground",
    }
)  # fmt: skip
ENDANGERED = frozenset(
    {
        "right_kind", "right_number", "right_name", "danger", "danger_zh", "danger_en", "due_on",
        "until", "found_on",
    }
)  # fmt: skip

"""The roles that people have, as tokens name them."""

BANK_ROLES = frozenset({"bank_operator", "bank_checker"})
BUREAU_ROLES = frozenset(
    {
        "reviewer", "approver", "leader", "finance_maker", "finance_checker", "pool_manager",
        "auditor", "admin",
    }
)  # fmt: skip

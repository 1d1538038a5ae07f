"""The bureau's people belong to pools, and see what is of theirs.

The many rows of a month are read with their month; papers and trials of a case with their case.

Revision ID: 0040
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0040"
down_revision = "0027"

OF_A_POOL = (
    "account_balances", "account_bookings", "account_line_tallies", "account_lines",
    "account_match_parts", "account_match_undos", "account_matches", "account_movement_tallies",
    "account_statements", "adjustments", "agreed_figures", "agreements", "breaker_evaluations",
    "breaker_orders", "breakers", "cash_entries", "claims", "cooperation_agreements", "coverages",
    "disputes", "draws", "explanations", "incidents", "month_reminders", "open_items", "openings",
    "parties", "party_accounts", "payment_files", "payment_orders", "payment_status_reports",
    "planned_money", "pool_accounts", "positions", "recoveries", "run_offs", "subsidies",
    "top_up_calls", "transfers",
)  # fmt: skip
OF_A_CLAIM = ("claim_limits", "claim_payments", "claim_shares", "claim_steps", "claim_trials")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    pool_policies.open_but_by_pool(op, "pools", "code")
    pool_policies.open_but_by_pool(op, "settlements", "pool_code")
    for table in OF_A_POOL:
        pool_policies.by_column(op, table)
    for table in OF_A_CLAIM:
        pool_policies.by_parent(op, table, "claim_id", "claims")
    pool_policies.by_parent(op, "recovery_shares", "recovery_id", "recoveries")
    pool_policies.by_parent(op, "opening_rows", "opening_id", "openings")
    pool_policies.by_parent(op, "signed_statements", "settlement_id", "settlements")

"""The bureau's people belong to pools, and see what is of theirs.

Of the register of rights and of firms there is one for all pools. Papers are seen with the banks
that file under one's pools. Moves of a case are read with their case.

Revision ID: 0030
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0030"
down_revision = "0015"

OF_A_POOL = ("applications", "loans", "bank_suspensions", "opinion_templates")
OF_A_CASE = (
    "case_letters", "case_looks", "case_priorities", "collateral", "conditions", "conflicts",
    "documents", "paper_verdicts", "pledge_registrations", "right_alerts", "valuations",
)  # fmt: skip
OF_A_LOAN = ("draws", "loan_changes", "positions")
OF_A_PAPER = ("document_looks", "document_notes", "document_uses")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    pool_policies.open_but_by_pool(op, "pools", "code")
    for table in OF_A_POOL:
        pool_policies.by_column(op, table)
    for table in OF_A_CASE:
        pool_policies.by_parent(op, table, "application_id", "applications")
    for table in OF_A_LOAN:
        pool_policies.by_parent(op, table, "loan_id", "loans", "application_id")
    pool_policies.by_parent(op, "right_measures", "alert_id", "right_alerts")
    pool_policies.by_condition(
        op,
        "stored_documents",
        "bank_code = '*' or exists (select from applications"
        " where applications.bank_code = stored_documents.bank_code)",
    )
    for table in OF_A_PAPER:
        pool_policies.by_parent(op, table, "document_id", "stored_documents")

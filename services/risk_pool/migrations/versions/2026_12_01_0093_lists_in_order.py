"""Lists are ordered by their columns: each column that one may choose has an index.

Revision ID: 0093
"""

from alembic import op

revision = "0093"
down_revision = "0079"

INDEXES = (
    "create index coverages_by_amount on coverages (amount_fen, loan_id)",
    "create index coverages_by_approval on coverages (approved_on, loan_id)",
    """
    create index coverages_by_maturity on coverages
        (coalesce(matures_on, date '1900-01-01'), loan_id)
    """,
    "create index claims_by_day on claims (coalesce(claimed_on, date '1900-01-01'), id)",
    "create index claims_by_principal on claims (outstanding_principal_fen, id)",
    "create index claims_by_pool_pays on claims (pool_pays_fen, id)",
    "create index recoveries_by_day on recoveries (received_on, id)",
    "create index recoveries_by_gross on recoveries (gross_fen, id)",
    "create index warnings_by_day on warnings (raised_on, id)",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in INDEXES:
        op.execute(statement)

"""What loans and their renewals have in common is kept beside the figures of a month.

Revision ID: 0065
"""

from alembic import op

revision = "0065"
down_revision = "0063"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # Months that were posted before counted both: nothing was left out of their figures.
    op.execute(
        "alter table settlement_loans add column once_outstanding_fen bigint not null default 0, "
        "add column once_covered_fen bigint not null default 0"
    )

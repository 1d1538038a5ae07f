"""What a person did last, and which loans are overdue, are found by an index.

Revision ID: 0100
"""

from alembic import op

from shared.own_work.acts import STEPS

revision = "0100"
down_revision = "0093"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in STEPS:
        op.execute(statement)
    op.execute(
        "create index coverages_overdue on coverages (bank_code, loan_id) where overdue_days > 0"
    )

"""Who has read what lies by month. Nothing is moved; see docs/decisions/0054-partitions-by-month.md.

Revision ID: 2026_12_09_0191
"""

from alembic import op

from shared.postgres import read_months

revision = "2026_12_09_0191"
down_revision = "2026_12_09_0190"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        read_months.ready(op)
    op.execute("set local lock_timeout = '5s'")
    read_months.change(op, service="notifications")

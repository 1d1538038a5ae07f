"""What waits for somebody, until when.

Revision ID: 0072
"""

from alembic import op

from shared.waits.tables import create_tables

revision = "0072"
down_revision = "0070"


def upgrade() -> None:
    create_tables(op, cases="applications")

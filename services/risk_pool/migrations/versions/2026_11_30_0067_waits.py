"""What waits for somebody, until when.

Revision ID: 0067
"""

from alembic import op

from shared.waits.tables import create_tables

revision = "0067"
down_revision = "0066"


def upgrade() -> None:
    create_tables(op, cases="pools")

"""Who has read what, only ever added.

Revision ID: 0077
"""

from alembic import op

from shared.postgres.reads import create_table

revision = "0077"
down_revision = "0076"


def upgrade() -> None:
    create_table(op, service="risk_pool")

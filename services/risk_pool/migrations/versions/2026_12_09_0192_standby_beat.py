"""A beat by which a standby for reports knows how far it lags.

Revision ID: 0192
"""

from alembic import op

from shared.postgres.standby import create_table

revision = "0192"
down_revision = "0191"


def upgrade() -> None:
    create_table(op, service="risk_pool")

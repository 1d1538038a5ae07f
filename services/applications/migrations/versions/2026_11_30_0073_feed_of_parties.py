"""The event feed tells parties that are no banks apart.

Revision ID: 0073
"""

from alembic import op

from shared.messaging.party_feed import add_columns

revision = "0073"
down_revision = "0072"


def upgrade() -> None:
    add_columns(op)

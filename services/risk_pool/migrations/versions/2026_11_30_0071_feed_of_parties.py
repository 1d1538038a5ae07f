"""The event feed tells parties that are no banks apart.

Revision ID: 0071
"""

from alembic import op

from shared.messaging.party_feed import add_columns

revision = "0071"
down_revision = "0068"


def upgrade() -> None:
    add_columns(op)

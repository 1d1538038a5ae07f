"""The event feed tells parties that are no banks apart.

Revision ID: 2026_11_30_0079
"""

from alembic import op

from shared.messaging.party_feed import add_columns

revision = "2026_11_30_0079"
down_revision = "2026_11_29_0076"


def upgrade() -> None:
    add_columns(op)

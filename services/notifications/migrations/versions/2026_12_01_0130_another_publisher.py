"""The feed says the epoch of an event's number, for who publishes it in the relay's place.

Revision ID: 2026_12_01_0130
"""

from alembic import op

from shared.messaging.another_publisher import add_columns

revision = "2026_12_01_0130"
down_revision = "2026_12_01_0120"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    add_columns(op)

"""Changes of the calendar are heard, and what runs is counted anew.

Revision ID: 0120
"""

from alembic import op

from shared.postgres import calendar_overrides

revision = "0120"
down_revision = "0101"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    calendar_overrides.create_changes(op)

"""Changes of the calendar are heard: days are worked or free as everywhere.

Revision ID: 2026_12_01_0120
"""

from alembic import op

from shared.postgres import calendar_overrides

revision = "2026_12_01_0120"
down_revision = "2026_12_01_0110"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    calendar_overrides.create_changes(op)

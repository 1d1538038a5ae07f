"""Who has read what is removed once it is older than it is kept, never before.

Revision ID: 2026_12_01_0093
"""

from alembic import op

from shared.postgres.reads import let_old_ones_go

revision = "2026_12_01_0093"
down_revision = "2026_11_30_0087"


def upgrade() -> None:
    let_old_ones_go(op, service="notifications")

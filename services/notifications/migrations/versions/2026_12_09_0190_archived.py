"""What has left the database for the archive of closed years.

Revision ID: 2026_12_09_0190
"""

from alembic import op

from shared.archive.moving import create_table

revision = "2026_12_09_0190"
down_revision = "2026_12_07_0171"


def upgrade() -> None:
    create_table(op, service="notifications")

"""What has left the database for the archive of closed years.

Revision ID: 0190
"""

from alembic import op

from shared.archive.moving import create_table

revision = "0190"
down_revision = "0180"


def upgrade() -> None:
    create_table(op, service="applications")

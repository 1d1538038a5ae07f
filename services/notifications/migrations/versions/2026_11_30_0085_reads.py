"""Who has read what, only ever added.

Revision ID: 2026_11_30_0085
"""

from alembic import op

from shared.postgres.reads import create_table

revision = "2026_11_30_0085"
down_revision = "2026_11_30_0084"


def upgrade() -> None:
    create_table(op, service="notifications")

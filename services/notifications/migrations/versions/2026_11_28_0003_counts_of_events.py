"""Events told and heard are counted, as in every service."""

from alembic import op

from shared.messaging.counts import create_tables

revision = "2026_11_28_0003"
down_revision = "2026_11_28_0002"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    create_tables(op)

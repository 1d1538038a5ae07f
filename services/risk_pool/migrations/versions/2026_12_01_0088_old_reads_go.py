"""Who has read what is removed once it is older than it is kept, never before.

Revision ID: 0088
"""

from alembic import op

from shared.postgres.reads import let_old_ones_go

revision = "0088"
down_revision = "0079"


def upgrade() -> None:
    let_old_ones_go(op, service="risk_pool")

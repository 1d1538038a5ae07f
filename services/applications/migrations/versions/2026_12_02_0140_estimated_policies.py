"""The planner guesses better how many rows somebody sees.

Revision ID: 0140
"""

from alembic import op

from shared.postgres.estimated_policies import choose

revision = "0140"
down_revision = "0131"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    choose(op)

"""The planner guesses better how many rows somebody sees.

Revision ID: 2026_12_02_0140
"""

from alembic import op

from shared.postgres.estimated_policies import choose

revision = "2026_12_02_0140"
down_revision = "2026_12_01_0131"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    choose(op)

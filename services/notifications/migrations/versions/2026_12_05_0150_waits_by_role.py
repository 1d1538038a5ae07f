"""What waits is found by the role that it waits for, and by who has it in hand.

Revision ID: 2026_12_05_0150
"""

from alembic import op

from shared.waits.tables import find_by_role

revision = "2026_12_05_0150"
down_revision = "2026_12_02_0141"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    find_by_role(op)

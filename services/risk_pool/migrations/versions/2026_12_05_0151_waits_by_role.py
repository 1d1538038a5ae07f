"""What waits is found by the role that it waits for, and by who has it in hand.

Revision ID: 0151
"""

from alembic import op

from shared.waits.tables import find_by_role

revision = "0151"
down_revision = "0150"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    find_by_role(op)

"""What waits is found by the role that it waits for, and by who has it in hand.

Revision ID: 0152
"""

from alembic import op

from shared.waits.tables import find_by_role

revision = "0152"
down_revision = "0151"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    find_by_role(op)

"""What a bank has to do is found without reading what others have.

Revision ID: 0106
"""

from alembic import op

from shared.waits.tables import find_by_day_and_bank

revision = "0106"
down_revision = "0105"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    find_by_day_and_bank(op)

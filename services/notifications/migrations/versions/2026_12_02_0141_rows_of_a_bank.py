"""What a bank has to do is found without reading what others have.

Revision ID: 2026_12_02_0141
"""

from alembic import op

from shared.waits.tables import find_by_day_and_bank

revision = "2026_12_02_0141"
down_revision = "2026_12_02_0140"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    find_by_day_and_bank(op)

"""Words of notices that wait for somebody stand among what people have to do.

Revision ID: 2026_11_30_0081
"""

from alembic import op

from shared.waits.tables import create_tables, find_by_age, hold_by_bank

revision = "2026_11_30_0081"
down_revision = "2026_11_30_0080"


def upgrade() -> None:
    create_tables(op, cases="templates")
    find_by_age(op)
    hold_by_bank(op)

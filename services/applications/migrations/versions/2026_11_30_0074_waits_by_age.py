"""Ended waits are found by their age; a bank sees its own waits alone.

Revision ID: 0074
"""

from alembic import op

from shared.waits.tables import find_by_age, hold_by_bank

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
    find_by_age(op)
    hold_by_bank(op)

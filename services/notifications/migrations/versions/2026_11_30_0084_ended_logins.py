"""Logins that an admin has ended: tokens from before are believed no more.

Revision ID: 2026_11_30_0084
"""

from alembic import op

from shared.postgres.ended_logins import create_table

revision = "2026_11_30_0084"
down_revision = "2026_11_30_0081"


def upgrade() -> None:
    create_table(op)

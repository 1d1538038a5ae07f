"""Logins that an admin has ended: tokens from before are believed no more.

Revision ID: 0076
"""

from alembic import op

from shared.postgres.ended_logins import create_table

revision = "0076"
down_revision = "0074"


def upgrade() -> None:
    create_table(op)

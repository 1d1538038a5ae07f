"""How far the topic of each bank has come.

Revision ID: 2026_12_01_0131
"""

from alembic import op

from shared.messaging.bank_topics import create_tables

revision = "2026_12_01_0131"
down_revision = "2026_12_01_0130"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    create_tables(op)

"""Samples that auditors draw are kept with their seed.

Revision ID: 0101
"""

from alembic import op

from shared.audit.samples import create_tables

revision = "0101"
down_revision = "0100"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    create_tables(op, service="risk_pool")

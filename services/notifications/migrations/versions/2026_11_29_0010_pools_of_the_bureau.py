"""The bureau's people belong to pools, and hear what is of theirs.

Revision ID: 2026_11_29_0010
"""

from alembic import op

from shared.postgres import pool_policies

revision = "2026_11_29_0010"
down_revision = "2026_11_28_0003"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    pool_policies.by_column(op, "messages")
    pool_policies.by_column(op, "pool_banks")
    pool_policies.by_parent(op, "read_marks", "message_id", "messages")

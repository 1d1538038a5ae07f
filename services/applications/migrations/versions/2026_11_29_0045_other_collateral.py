"""What combined loans are secured by beside their rights.

Revision ID: 0045
"""

from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        "alter table applications add column other_collateral jsonb not null default '[]'::jsonb"
    )

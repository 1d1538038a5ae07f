"""Who pledges each right, where that is not the borrower alone.

Revision ID: 0046
"""

from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table collateral add column pledgors jsonb not null default '[]'::jsonb")

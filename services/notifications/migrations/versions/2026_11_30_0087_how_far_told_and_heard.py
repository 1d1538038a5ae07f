"""How far this service has told, and has heard of others; what was held back after a restore.

Revision ID: 2026_11_30_0087
"""

from alembic import op

from shared.messaging import heard, told

revision = "2026_11_30_0087"
down_revision = "2026_11_30_0085"


def upgrade() -> None:
    told.create_tables(op)
    heard.create_tables(op)
    op.execute("create table restores (at timestamptz primary key, held_back bigint not null)")

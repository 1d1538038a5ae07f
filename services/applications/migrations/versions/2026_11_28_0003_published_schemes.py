"""Programme versions are heard from the pool."""

from alembic import op

from shared.postgres import published_schemes

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    published_schemes.create_tables(op)

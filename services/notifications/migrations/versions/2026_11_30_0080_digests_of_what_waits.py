"""Until when a receiver's digests have told, so that what waits makes a letter where nothing is new.

Revision ID: 2026_11_30_0080
"""

from alembic import op

revision = "2026_11_30_0080"
down_revision = "2026_11_30_0079"


def upgrade() -> None:
    op.execute("alter table receivers add column digested_until timestamptz")
    # The first letters of what waits alone go at the next beginning of a week.
    op.execute("update receivers set digested_until = now()")

"""Who was seen here, which pools the bureau's people look after, and whom a bank's admin has ended.

Revision ID: 2026_12_07_0170
"""

from alembic import op

from shared.postgres import ended_logins, people_seen, pool_duties

revision = "2026_12_07_0170"
down_revision = "2026_12_05_0150"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    people_seen.create_table(op)
    pool_duties.create_table(op)
    ended_logins.create_table_of_banks(op)

"""Who was seen here, which pools the bureau's people look after, and whom a bank's admin has ended.

Revision ID: 0170
"""

from alembic import op

from shared.postgres import ended_logins, people_seen, pool_duties

revision = "0170"
down_revision = "0152"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    people_seen.create_table(op)
    pool_duties.create_table(op)
    ended_logins.create_table_of_banks(op)

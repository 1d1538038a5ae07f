"""Whose people a session is of: a bank's admin ends those of his own bank.

Revision ID: 2026_12_01_0030
"""

from alembic import op

revision = "2026_12_01_0030"
down_revision = "2026_12_01_0010"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # A console of before says nothing of it: its sessions are ended by the house's admin alone.
    op.execute("alter table sessions add column institution text not null default ''")
    op.execute(
        "create index sessions_of_institution on sessions (institution) where ended_at is null"
    )

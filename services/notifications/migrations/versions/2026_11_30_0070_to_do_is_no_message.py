"""What is to be done stands in the services that own the cases; a message is read or unread.

Revision ID: 2026_11_30_0070
"""

from alembic import op

revision = "2026_11_30_0070"
down_revision = "2026_11_30_0063"


def upgrade() -> None:
    op.execute("alter table messages drop column acts")

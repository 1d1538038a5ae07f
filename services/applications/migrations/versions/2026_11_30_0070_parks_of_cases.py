"""Cases are found by the park that their bank stated.

Revision ID: 0070
"""

from alembic import op

revision = "0070"
down_revision = "0071"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        "create index applications_parks on applications ((attributes ->> 'park'))"
        " where attributes ->> 'park' is not null"
    )

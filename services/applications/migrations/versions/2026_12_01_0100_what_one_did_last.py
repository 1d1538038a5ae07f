"""What a person did last, and what was approved in a month, are found by an index.

Revision ID: 0100
"""

from alembic import op

from shared.own_work.acts import STEPS

revision = "0100"
down_revision = "0093"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in STEPS:
        op.execute(statement)
    op.execute(
        "create index applications_by_approval on applications (approved_on) include (amount_fen)"
        " where approved_on is not null"
    )

"""Lists are ordered by their columns: each column that one may choose has an index.

Revision ID: 0093
"""

from alembic import op

revision = "0093"
down_revision = "0079"

INDEXES = (
    "create index applications_by_amount on applications (amount_fen, id)",
    "create index applications_by_submission on applications (submitted_at, id)",
    """
    create index applications_by_due_day on applications
        (coalesce(case when state in ('capacity_reserved', 'pledge_registered')
                       then reserved_until else due_on end, date '1900-01-01'), id)
    """,
    "create index rights_by_first_sight on rights (first_seen_at, kind, number, nice_class)",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in INDEXES:
        op.execute(statement)

"""Steps of pledges by when they were entered: what a step says has an index that row-level security lets nobody use.

Made beside the work: it holds nobody.

Revision ID: 0194
"""

from alembic import op

revision = "0194"
down_revision = "0193"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # One that was broken off stands there unfinished.
        op.execute("drop index if exists pledge_moves_by_time")
        op.execute(
            "create index concurrently pledge_moves_by_time on case_moves (at)"
            " where case_kind = 'pledge'"
        )

"""A covered loan may renew another one: what both have together is counted once.

Revision ID: 0041
"""

from alembic import op

revision = "0041"
down_revision = "0035"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table coverages add column renews uuid")
    op.execute(
        "create index coverages_renewals on coverages (pool_code, renews) where renews is not null"
    )
    op.execute("create index coverages_renewed on coverages (renews) where renews is not null")

"""Of which pools what was reported before the register of warnings began was looked at.

Revision ID: 0051
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0051"
down_revision = "0048"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        """
        create table warning_looks (
            pool_code text primary key references pools,
            looked_at timestamptz not null
        )
        """
    )
    op.execute("alter table warning_looks enable row level security")
    op.execute(
        "create policy bureau_only on warning_looks "
        "using (current_setting('zhidai.institution', true) = '*')"
    )
    pool_policies.by_column(op, "warning_looks")

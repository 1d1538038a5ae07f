"""Cases that were over before the pool had heard of their approval.

Revision ID: 0188
"""

from alembic import op

revision = "0188"
down_revision = "0180"

_STATEMENTS = (
    """
    create table closed_cases (
        loan_id uuid primary key,
        how text not null check (how in ('withdraw', 'expire')),
        closed_on date not null,
        heard_at timestamptz not null
    )
    """,
    "alter table closed_cases enable row level security",
    """
    create policy bureau_only on closed_cases
        using (current_setting('zhidai.institution', true) = '*')
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)

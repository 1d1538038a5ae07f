"""What the rows of a file that is only checked would take, for the batches behind them.

Revision ID: 0084
"""

from alembic import op

revision = "0084"
down_revision = "0083"

_STEPS = (
    """
    create table bulk_would_take (
        file_id uuid not null references bulk_files,
        what text not null,
        line integer not null check (line > 0),
        bank_code text not null check (bank_code <> ''),
        said jsonb not null,
        primary key (file_id, what, line)
    )
    """,
    "alter table bulk_would_take enable row level security",
    "create policy own_bank on bulk_would_take "
    "using (current_setting('zhidai.institution', true) in ('*', bank_code))",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

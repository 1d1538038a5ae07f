"""Which firms of a bank stand on lists of dishonest or abnormal firms, as applications tells it.

Revision ID: 0029
"""

from alembic import op

revision = "0029"
down_revision = "0040"

_STEPS = (
    """
    create table listed_firms (
        entry_id uuid not null,
        bank_code text not null check (bank_code <> ''),
        borrower_uscc text not null,
        list_name text not null,
        listed_on date not null,
        list_date date not null,
        source text not null,
        ended_on date,
        why text not null default '',
        heard_at timestamptz not null,
        primary key (entry_id, bank_code, borrower_uscc)
    )
    """,
    "create index listed_firms_of on listed_firms (bank_code, borrower_uscc)",
    "alter table listed_firms enable row level security",
    """
    create policy own_bank on listed_firms
        using (current_setting('zhidai.institution', true) in ('*', bank_code))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

"""What rights were found to be worth is counted now and then, where that takes long.

Revision ID: 0193
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0193"
down_revision = "0192"

_STEPS = (
    """
    create table value_counts (
        bank_code text not null,
        pool_code text not null,
        kind text not null,
        industry text not null,
        method text not null,
        amount_fen bigint not null,
        valuations bigint not null check (valuations > 0),
        primary key (bank_code, pool_code, kind, industry, method, amount_fen)
    )
    """,
    "create table value_counts_made (at timestamptz not null, milliseconds integer not null)",
    "create unique index value_counts_made_once on value_counts_made ((true))",
    "alter table value_counts enable row level security",
    """
    create policy own_rows on value_counts using (
        case when (select current_setting('zhidai.institution', true)) = '*' then true
             else bank_code = (select current_setting('zhidai.institution', true)) end)
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_column(op, "value_counts")

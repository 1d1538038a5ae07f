"""What is insured, as applications tells of its policies.

Revision ID: 0063
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0063"
down_revision = "0062"

_STEPS = (
    # A policy of a firm alone has neither loan nor pool; one that the bureau recorded has no bank.
    """
    create table insurance_policies (
        policy_id uuid primary key,
        loan_id uuid,
        pool_code text not null default '',
        bank_code text not null default '',
        borrower_uscc text not null,
        kind text not null,
        insurer_name text not null,
        reference text not null,
        insured_fen bigint not null check (insured_fen >= 0),
        premium_fen bigint check (premium_fen >= 0),
        begins_on date not null,
        ends_on date not null,
        ended_on date,
        heard_at timestamptz not null
    )
    """,
    "create index insurance_policies_of_firm on insurance_policies (borrower_uscc)",
    "create index insurance_policies_of_pool on insurance_policies (pool_code, begins_on)",
    "alter table insurance_policies enable row level security",
    """
    create policy own_rows on insurance_policies using (
        current_setting('zhidai.institution', true) = '*'
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_column(op, "insurance_policies")

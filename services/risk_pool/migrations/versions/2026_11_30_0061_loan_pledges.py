"""Which rights are pledged for a loan, as applications tells from their registers.

Revision ID: 0061
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0061"
down_revision = "0051"

_STEPS = (
    # A pledge that ended stays: a disposal may be about its right.
    """
    create table loan_pledges (
        pledge_id uuid primary key,
        loan_id uuid not null,
        pool_code text not null,
        bank_code text not null check (bank_code <> ''),
        kind text not null,
        number text not null check (number <> ''),
        number_canonical text not null check (number_canonical <> ''),
        nice_class integer not null default 0,
        name text not null,
        owner_name text not null,
        registry text not null,
        registration_no text not null,
        registered_on date not null,
        term_until date,
        ended_on date,
        how_ended text not null default '',
        heard_at timestamptz not null,
        check ((ended_on is null) = (how_ended = ''))
    )
    """,
    "create index loan_pledges_of_loan on loan_pledges (loan_id)",
    "alter table loan_pledges enable row level security",
    """
    create policy own_rows on loan_pledges using (
        current_setting('zhidai.institution', true) = '*'
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_column(op, "loan_pledges")

"""A subscription by e-mail is confirmed by whoever reads the mailbox. Those that are there were set up
before anybody was asked, have been written to, and are taken as confirmed.

Revision ID: 2026_12_01_0094
"""

from alembic import op

revision = "2026_12_01_0094"
down_revision = "2026_12_01_0093"

_STEPS = (
    # The default is for rows of a version that asks nobody; this one always says.
    "alter table receivers add column confirmed_at timestamptz default now()",
    "update receivers set confirmed_at = created_at",
    """
    alter table receivers add constraint mailboxes_are_asked
        check (confirmed_at is not null or channel = 'email')
    """,
    """
    create table confirmations (
        subscription_id uuid primary key references subscriptions,
        institution text not null check (institution <> ''),
        asked_at timestamptz not null,
        valid_until timestamptz not null,
        code_hash bytea,
        tries integer not null default 0,
        confirmed_by text not null default ''
    )
    """,
    "create index confirmations_asked on confirmations (institution, asked_at)",
    "alter table confirmations enable row level security",
    """
    create policy own_institution on confirmations
        using (current_setting('zhidai.institution', true) in ('*', institution))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

"""What a case said before it was mended is kept.

Revision ID: 0016
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0016"
down_revision = "0018"

_STEPS = (
    # Of what was replaced before this, rights and papers are kept in their own tables.
    """
    create table superseded_revisions (
        application_id uuid not null references applications,
        revision integer not null check (revision >= 1),
        bank_code text not null check (bank_code <> ''),
        said jsonb not null,
        submitted_by text not null,
        submitted_at timestamptz not null,
        primary key (application_id, revision)
    )
    """,
    """
    create trigger only_added_to before update or delete on superseded_revisions
        for each statement execute function refuse_change()
    """,
    "alter table superseded_revisions enable row level security",
    """
    create policy own_bank on superseded_revisions
        using (current_setting('zhidai.institution', true) in ('*', bank_code))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_parent(op, "superseded_revisions", "application_id", "applications")

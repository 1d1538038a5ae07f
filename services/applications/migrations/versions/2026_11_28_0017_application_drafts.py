"""Applications that a bank's clerks are writing.

Revision ID: 0017
"""

from alembic import op

revision = "0017"
down_revision = "0016"

_STEPS = (
    """
    create table application_drafts (
        id uuid primary key,
        bank_code text not null check (bank_code not in ('', '*')),
        title text not null check (title <> ''),
        programme text not null check (programme <> ''),
        said jsonb not null,
        version integer not null check (version >= 1),
        created_at timestamptz not null,
        saved_at timestamptz not null,
        saved_by text not null,
        saved_name text not null,
        application_id uuid unique references applications
    )
    """,
    "create index application_drafts_of on application_drafts (bank_code, saved_at, id)",
    "alter table application_drafts enable row level security",
    # Nobody of the bureau: what a bank has not filed is its own.
    """
    create policy own_bank on application_drafts
        using (current_setting('zhidai.institution', true) = bank_code)
    """,
    # A draft chooses among the papers that its bank has stored.
    """
    create index stored_documents_of on stored_documents (bank_code, id)
        where withdrawn_at is null
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

"""Of which agreed instalments of a collection the bank was reminded, and when.

Revision ID: 0062
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0062"
down_revision = "0061"

_STEPS = (
    # `stage` is how far its day was: each is told once of an agreement's instalment.
    """
    create table collection_reminders (
        collection_id uuid not null references collections,
        agreement integer not null check (agreement > 0),
        due_on date not null,
        stage text not null,
        bank_code text not null check (bank_code <> ''),
        left_fen bigint not null check (left_fen > 0),
        told_on date not null,
        told_at timestamptz not null,
        primary key (collection_id, agreement, due_on, stage)
    )
    """,
    "alter table collection_reminders enable row level security",
    """
    create policy own_rows on collection_reminders using (
        current_setting('zhidai.institution', true) = '*'
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
    """,
    "select only_to_be_added_to('collection_reminders')",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_parent(op, "collection_reminders", "collection_id", "collections")

"""People may have what they are told gathered into a digest; what waits is learnt from deadlines.

Revision ID: 2026_11_29_0075
"""

from alembic import op

from shared.postgres import pool_policies

revision = "2026_11_29_0075"
down_revision = "2026_11_29_0074"

_STEPS = (
    """
    alter table receivers
        add column digest text not null default 'each'
            check (digest in ('each', 'daily', 'weekly')),
        add constraint machines_have_each check (for_people or digest = 'each')
    """,
    # The key says it: a message stands once among what a receiver's digests tell. With the digest its
    # entries go, or they would be told again.
    """
    create table digest_entries (
        receiver_id uuid not null references receivers,
        message_id uuid not null references messages on delete cascade,
        institution text not null check (institution <> ''),
        entered_at timestamptz not null,
        digest_id uuid references messages on delete cascade,
        primary key (receiver_id, message_id)
    )
    """,
    "create index digest_entries_open on digest_entries (receiver_id, entered_at) where digest_id is null",
    "create index digest_entries_of on digest_entries (digest_id) where digest_id is not null",
    "create index digest_entries_about on digest_entries (message_id)",
    "alter table digest_entries enable row level security",
    """
    create policy own_institution on digest_entries
        using (current_setting('zhidai.institution', true) in ('*', institution))
    """,
    """
    create table open_deadlines (
        source text not null,
        case_kind text not null,
        case_id uuid not null,
        step text not null,
        bank_code text not null,
        pool_code text not null,
        roles text[] not null,
        person text not null,
        due_on date not null,
        number text not null,
        noun_zh text not null,
        noun_en text not null,
        what_zh text not null,
        what_en text not null,
        page text not null,
        primary key (source, case_kind, case_id, step)
    )
    """,
    "create index open_deadlines_of on open_deadlines (bank_code, due_on)",
    "alter table open_deadlines enable row level security",
    """
    create policy own_institution on open_deadlines
        using (current_setting('zhidai.institution', true) in ('*', bank_code))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_column(op, "open_deadlines")
    pool_policies.by_parent(op, "digest_entries", "message_id", "messages")

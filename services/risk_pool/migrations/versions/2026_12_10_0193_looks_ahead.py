"""Looks ahead from large books are worked out apart and kept for the day.

Revision ID: 0193
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0193"
down_revision = "0192"

_STEPS = (
    # The report as text: the order of its columns is part of it.
    """
    create table looks_ahead (
        id bigint generated always as identity primary key,
        pool_code text not null,
        day date not null,
        question bytea not null check (octet_length(question) = 32),
        asked jsonb not null,
        asked_at timestamptz not null,
        begun_at timestamptz,
        beat_at timestamptz,
        played integer not null default 0 check (played >= 0),
        ended_at timestamptz,
        report json,
        unique (pool_code, day, question),
        check (report is null or ended_at is not null)
    )
    """,
    "create index looks_ahead_open on looks_ahead (id) where ended_at is null",
    "create index looks_ahead_of_day on looks_ahead (day)",
    "alter table looks_ahead enable row level security",
    """
    create policy bureau_only on looks_ahead
        using ((select current_setting('zhidai.institution', true)) = '*')
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_column(op, "looks_ahead")

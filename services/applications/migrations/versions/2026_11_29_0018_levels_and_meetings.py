"""Levels of approval by amount: the further signature, and joint meetings.

Revision ID: 0018
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0018"
down_revision = "0020"

_TABLES = ("meetings", "meeting_members", "meeting_cases", "meeting_votes")

_STEPS = (
    "alter table applications add column signature_role text",
    """
    create table meetings (
        id uuid primary key,
        pool_code text not null references pools,
        held_on date not null,
        place text not null check (place <> ''),
        quorum integer not null check (quorum > 0),
        state text not null,
        version integer not null,
        state_since timestamptz not null,
        due_on date,
        convened_by text not null,
        convened_name text not null,
        minutes_id uuid references stored_documents,
        minutes_text text not null default '',
        minutes_name text,
        minutes_at timestamptz,
        proposed_by text,
        proposed_name text,
        concluded_by text,
        concluded_name text,
        check ((minutes_id is null) = (minutes_at is null)),
        check (concluded_by <> proposed_by)
    )
    """,
    "create index meetings_of on meetings (pool_code, id)",
    """
    create table meeting_members (
        meeting_id uuid not null references meetings,
        subject text not null references staff,
        name text not null,
        part text not null check (part in ('chair', 'member', 'secretary')),
        primary key (meeting_id, subject)
    )
    """,
    # Of which revision and amount it speaks: what its bank changes after that is another case.
    """
    create table meeting_cases (
        meeting_id uuid not null references meetings,
        application_id uuid not null references applications,
        case_no integer not null,
        revision integer not null,
        amount_fen bigint not null check (amount_fen > 0),
        in_favour integer,
        against integer,
        abstained integer,
        outcome text check (outcome in ('carried', 'not_carried', 'no_quorum')),
        primary key (meeting_id, application_id),
        check ((outcome is null) = (in_favour is null))
    )
    """,
    "create index meeting_cases_of on meeting_cases (application_id)",
    """
    create table meeting_votes (
        meeting_id uuid not null,
        application_id uuid not null,
        subject text not null,
        name text not null,
        voice text not null check (voice in ('for', 'against', 'abstain')),
        reason text not null check (reason <> ''),
        at timestamptz not null,
        primary key (meeting_id, application_id, subject),
        foreign key (meeting_id, application_id) references meeting_cases,
        foreign key (meeting_id, subject) references meeting_members
    )
    """,
    """
    create trigger only_added_to before update or delete on meeting_votes
        for each statement execute function refuse_change()
    """,
    *(f"alter table {table} enable row level security" for table in _TABLES),
    *(
        f"create policy bureau_only on {table} "
        "using (current_setting('zhidai.institution', true) = '*')"
        for table in _TABLES
    ),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_column(op, "meetings")
    for table in _TABLES[1:]:
        pool_policies.by_parent(op, table, "meeting_id", "meetings")

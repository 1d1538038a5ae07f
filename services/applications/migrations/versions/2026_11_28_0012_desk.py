"""The desk: who works here, absences, conflicts, priorities, looks, conditions, opinions.

Revision ID: 0012
"""

from alembic import op

revision = "0012"
down_revision = "0011"

_BUREAU_ONLY = ("staff", "absences", "conflicts", "case_priorities", "case_looks",
                "opinion_templates")  # fmt: skip
_OF_BANKS = ("conditions",)
_ONLY_ADDED_TO = ("case_priorities", "case_looks")

_STEPS = (
    # Tokens are all we know of people: whoever came is kept, so that a manager can choose.
    """
    create table staff (
        subject text primary key,
        name text not null,
        roles text[] not null,
        last_seen_at timestamptz not null
    )
    """,
    """
    create table absences (
        id uuid primary key,
        subject text not null references staff,
        delegate text not null references staff check (delegate <> subject),
        from_day date not null,
        to_day date not null check (to_day >= from_day),
        reason text not null,
        entered_by text not null,
        entered_name text not null,
        entered_at timestamptz not null,
        ended_on date,
        ended_by text
    )
    """,
    "create index absences_of on absences (subject, to_day)",
    # Of one case, or of whatever a firm files.
    """
    create table conflicts (
        id uuid primary key,
        subject text not null references staff,
        application_id uuid references applications,
        borrower_uscc text,
        reason text not null check (reason <> ''),
        declared_by text not null,
        declared_name text not null,
        declared_at timestamptz not null,
        lifted_by text,
        lifted_name text,
        lifted_at timestamptz,
        lifted_reason text not null default '',
        check (num_nonnulls(application_id, borrower_uscc) = 1)
    )
    """,
    """
    create unique index conflicts_once on conflicts
        (subject, coalesce(application_id::text, borrower_uscc)) where lifted_at is null
    """,
    "create index conflicts_of_case on conflicts (application_id) where lifted_at is null",
    "create index conflicts_of_firm on conflicts (borrower_uscc) where lifted_at is null",
    """
    create table case_priorities (
        id uuid primary key,
        application_id uuid not null references applications,
        priority integer not null check (priority between 0 and 2),
        reason text not null check (reason <> ''),
        subject text not null,
        name text not null,
        at timestamptz not null
    )
    """,
    "create index case_priorities_of on case_priorities (application_id, id)",
    """
    create table case_looks (
        id uuid primary key,
        application_id uuid not null references applications,
        subject text not null,
        name text not null,
        at timestamptz not null
    )
    """,
    "create index case_looks_of on case_looks (application_id, id)",
    # What must be met before the loan is paid out; the bank answers, a reviewer confirms.
    """
    create table conditions (
        application_id uuid not null references applications,
        condition_no integer not null,
        bank_code text not null check (bank_code <> ''),
        text text not null check (text <> ''),
        entered_by text not null,
        entered_name text not null,
        entered_at timestamptz not null,
        dropped_at timestamptz,
        answer text not null default '',
        document_id uuid references stored_documents,
        answered_by text,
        answered_name text,
        answered_at timestamptz,
        refused_reason text not null default '',
        confirmed_by text,
        confirmed_name text,
        confirmed_at timestamptz check (confirmed_at is null or answered_at is not null),
        primary key (application_id, condition_no)
    )
    """,
    """
    create table opinion_templates (
        id uuid primary key,
        pool_code text not null,
        step text not null,
        title text not null,
        text text not null,
        changed_by text not null,
        changed_name text not null,
        changed_at timestamptz not null,
        removed_at timestamptz
    )
    """,
    """
    alter table applications
        add column priority integer not null default 0 check (priority between 0 and 2),
        add column applied_fen bigint check (applied_fen > amount_fen),
        add column amount_reason text not null default ''
    """,
    *(
        f"""
        create trigger only_added_to before update or delete on {table}
            for each statement execute function refuse_change()
        """
        for table in _ONLY_ADDED_TO
    ),
    *(f"alter table {table} enable row level security" for table in (*_BUREAU_ONLY, *_OF_BANKS)),
    *(
        f"create policy bureau_only on {table} "
        "using (current_setting('zhidai.institution', true) = '*')"
        for table in _BUREAU_ONLY
    ),
    *(
        f"create policy own_bank on {table} "
        "using (current_setting('zhidai.institution', true) in ('*', bank_code))"
        for table in _OF_BANKS
    ),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

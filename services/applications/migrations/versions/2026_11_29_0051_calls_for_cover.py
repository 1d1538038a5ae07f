"""Calls for cover, and with what banks have answered them.

Revision ID: 0051
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0051"
down_revision = "0046"

_GUARDED = ("cover_calls", "cover_measures")

_STEPS = (
    """
    create table cover_calls (
        id uuid primary key,
        application_id uuid not null references applications,
        bank_code text not null check (bank_code <> ''),
        cover_by date not null,
        reason text not null check (reason <> ''),
        asked_on date not null,
        asked_by text not null,
        asked_name text not null,
        asked_of jsonb not null,
        shortfall_fen bigint not null check (shortfall_fen >= 0),
        looked_at timestamptz not null,
        times integer not null default 1 check (times > 0),
        cured_on date,
        overdue_told date,
        outcome text not null default '',
        outcome_reason text not null default '',
        proposed_by text,
        proposed_name text,
        concluded_by text,
        concluded_name text,
        concluded_on date,
        state text not null,
        version integer not null default 1,
        state_since timestamptz not null,
        due_on date,
        check (concluded_by is null or concluded_by <> proposed_by)
    )
    """,
    # A loan has one call at a time; one that fell short again is the same call.
    """
    create unique index cover_calls_one_live on cover_calls (application_id)
        where state in ('asked', 'measures_taken', 'cured', 'proposed')
    """,
    "create index cover_calls_of_case on cover_calls (application_id)",
    "create index cover_calls_of_bank on cover_calls (bank_code, id)",
    """
    create table cover_measures (
        id uuid primary key,
        call_id uuid not null references cover_calls,
        application_id uuid not null references applications,
        bank_code text not null check (bank_code <> ''),
        measure text not null check (measure in (
            'right_pledged', 'partly_repaid', 'other_collateral', 'new_valuation')),
        taken_on date not null,
        note text not null check (note <> ''),
        amount_fen bigint check (amount_fen > 0),
        right_kind text,
        right_number text,
        nice_class integer,
        right_name text not null default '',
        registration_no text not null default '',
        document_ids uuid[] not null check (cardinality(document_ids) > 0),
        said_by text not null,
        said_name text not null,
        said_at timestamptz not null,
        is_accepted boolean,
        counted_fen bigint check (counted_fen > 0 and counted_fen <= amount_fen),
        opinion text not null default '',
        judged_by text,
        judged_name text,
        judged_at timestamptz,
        released_on date,
        released_reason text not null default '',
        released_name text,
        check ((measure = 'right_pledged') = (right_number is not null)),
        check ((is_accepted is null) = (judged_by is null)),
        check (released_on is null or is_accepted)
    )
    """,
    "create index cover_measures_of_call on cover_measures (call_id)",
    "create index cover_measures_of_case on cover_measures (application_id)",
    *(f"alter table {table} enable row level security" for table in _GUARDED),
    *(
        f"""
        create policy own_bank on {table}
            using (current_setting('zhidai.institution', true) in ('*', bank_code))
        """
        for table in _GUARDED
    ),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    for table in _GUARDED:
        pool_policies.by_parent(op, table, "application_id", "applications")

"""Cases, what they are made of, the loans they become, and what the pool has told us.

Revision ID: 0001
"""

from alembic import op

from shared.messaging import tables as messaging
from shared.postgres import calendar_overrides, idempotency_keys, sandbox_clock

revision = "0001"
down_revision = None

# Banks and pools are never deleted, so a case names them without a foreign key: its check would
# lock the same two rows in every submission.
_TABLES = (
    """
    create table banks (
        code text primary key check (code ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$'),
        name text not null,
        uscc text not null unique,
        version integer not null default 1,
        created_at timestamptz not null
    )
    """,
    """
    create table pools (
        code text primary key,
        prefix text not null,
        name text not null,
        programme text not null,
        opened_on date not null,
        stopped_on date
    )
    """,
    """
    create table bank_suspensions (
        pool_code text not null,
        bank_code text not null,
        suspended_on date not null,
        primary key (pool_code, bank_code)
    )
    """,
    """
    create table number_blocks (
        prefix text not null,
        year integer not null,
        next_serial bigint not null check (next_serial > 0),
        primary key (prefix, year)
    )
    """,
    """
    create table borrowers (
        bank_code text not null,
        uscc text not null,
        name text not null,
        registered_on date not null,
        is_sme boolean not null,
        region_code text,
        first_seen_at timestamptz not null,
        changed_at timestamptz not null,
        primary key (bank_code, uscc)
    )
    """,
    """
    create table applications (
        id uuid primary key,
        number text not null unique,
        bank_code text not null,
        pool_code text not null,
        programme text not null,
        mode text not null,
        parties jsonb not null,
        borrower_uscc text not null,
        borrower_name text not null,
        borrower_registered_on date not null,
        borrower_is_sme boolean not null,
        borrower_region_code text,
        amount_fen bigint not null check (amount_fen > 0),
        tenor_months integer not null check (tenor_months > 0),
        annual_rate_bp integer not null check (annual_rate_bp >= 0),
        purpose text not null,
        purpose_note text,
        repayment text not null,
        has_other_collateral boolean not null,
        ip_share_bp integer check (ip_share_bp between 1 and 10000),
        is_first_loan boolean not null,
        is_multi_ip_type boolean not null,
        attributes jsonb not null,
        state text not null,
        version integer not null check (version > 0),
        revision integer not null check (revision > 0),
        since timestamptz not null,
        due_on date,
        findings jsonb not null,
        submitted_at timestamptz not null,
        submitted_by text not null,
        assigned_to text,
        assigned_name text,
        recommended_by text,
        approved_by text,
        approved_on date,
        reserved_until date,
        scheme_version text,
        declined_limits jsonb not null default '[]'
    )
    """,
    "create index applications_of_bank on applications (bank_code, id)",
    "create index applications_of_pool on applications (pool_code, id)",
    "create index applications_waiting on applications (state, since, id)",
    "create index applications_of_borrower on applications (borrower_uscc)",
    """
    create index applications_reserved on applications (reserved_until)
        where state in ('capacity_reserved', 'pledge_registered')
    """,
    """
    create table collateral (
        application_id uuid not null references applications,
        revision integer not null,
        collateral_no integer not null,
        bank_code text not null,
        kind text not null,
        number text not null,
        number_as_given text not null,
        nice_class integer not null check (nice_class between 0 and 45),
        name text not null,
        owner_uscc text,
        owner_name text not null,
        filed_on date not null,
        expires_on date not null,
        primary key (application_id, revision, collateral_no)
    )
    """,
    "create index collateral_by_number on collateral (kind, number, nice_class)",
    """
    create table valuations (
        application_id uuid not null,
        revision integer not null,
        collateral_no integer not null,
        bank_code text not null,
        amount_fen bigint not null check (amount_fen > 0),
        method text not null,
        appraiser text not null,
        valued_on date not null,
        primary key (application_id, revision, collateral_no),
        foreign key (application_id, revision, collateral_no) references collateral
    )
    """,
    """
    create table documents (
        application_id uuid not null references applications,
        revision integer not null,
        document_no integer not null,
        bank_code text not null,
        kind text not null,
        sha256 bytea not null check (length(sha256) = 32),
        filename text not null,
        primary key (application_id, revision, document_no)
    )
    """,
    # One row for every right that a live case holds. It names no bank, so a bank may ask whether
    # a right is free without learning who has it; the key lets two cases never both have it.
    """
    create table held_rights (
        kind text not null,
        number text not null,
        nice_class integer not null,
        application_id uuid not null references applications,
        primary key (kind, number, nice_class)
    )
    """,
    "create index held_rights_of_case on held_rights (application_id)",
    # The version in the key: no two moves of a case can both produce the same one.
    """
    create table history (
        application_id uuid not null references applications,
        version integer not null,
        bank_code text not null,
        at timestamptz not null,
        subject text not null,
        name text not null,
        role text not null,
        action text not null,
        source text,
        target text not null,
        reason text not null default '',
        detail jsonb not null default '{}',
        primary key (application_id, version)
    )
    """,
    """
    create table pledge_registrations (
        application_id uuid not null references applications,
        collateral_no integer not null,
        bank_code text not null,
        register_name text not null,
        registration_no text not null,
        registered_on date not null,
        primary key (application_id, collateral_no)
    )
    """,
    "create index pledges_by_number on pledge_registrations (register_name, registration_no)",
    """
    create table loans (
        application_id uuid primary key references applications,
        bank_code text not null,
        pool_code text not null,
        loan_no text not null,
        amount_fen bigint not null check (amount_fen > 0),
        annual_rate_bp integer not null,
        disbursed_on date not null,
        matures_on date not null,
        outstanding_fen bigint not null check (outstanding_fen between 0 and amount_fen),
        overdue_days integer not null default 0 check (overdue_days >= 0),
        interest_arrears_fen bigint not null default 0 check (interest_arrears_fen >= 0),
        penalty_interest_fen bigint not null default 0 check (penalty_interest_fen >= 0),
        risk_class text not null default 'normal',
        last_month text,
        unique (bank_code, loan_no)
    )
    """,
    "create index loans_of_pool on loans (pool_code, application_id)",
    """
    create table positions (
        loan_id uuid not null references loans,
        month text not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        version integer not null check (version > 0),
        bank_code text not null,
        outstanding_fen bigint not null check (outstanding_fen >= 0),
        overdue_days integer not null check (overdue_days >= 0),
        interest_arrears_fen bigint not null check (interest_arrears_fen >= 0),
        penalty_interest_fen bigint not null check (penalty_interest_fen >= 0),
        risk_class text not null,
        reported_at timestamptz not null,
        reported_by text not null,
        primary key (loan_id, month, version)
    )
    """,
    # What was once said stays said: a move or a report is added to, never changed.
    """
    create function refuse_change() returns trigger language plpgsql as
    $$ begin raise exception '% is only added to', tg_table_name; end $$
    """,
    """
    create trigger only_added_to before update or delete on history
        for each statement execute function refuse_change()
    """,
    """
    create trigger only_added_to before update or delete on positions
        for each statement execute function refuse_change()
    """,
)

SEEN_BY_BANK = (
    "applications",
    "bank_suspensions",
    "borrowers",
    "collateral",
    "documents",
    "history",
    "loans",
    "pledge_registrations",
    "positions",
    "valuations",
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    for table in SEEN_BY_BANK:
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy own_bank on {table} "
            "using (current_setting('zhidai.institution', true) in ('*', bank_code))"
        )
    messaging.create_all(op)
    idempotency_keys.create_tables(op)
    sandbox_clock.create_tables(op)
    calendar_overrides.create_tables(op)

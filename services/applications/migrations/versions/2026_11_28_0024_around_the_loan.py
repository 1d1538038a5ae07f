"""What stands beside a loan: policies and guarantees with their versions, co-investments, reports.

Revision ID: 0024
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0024"
down_revision = "0022"

_GUARDED = ("enhancements", "enhancement_versions", "co_investments", "due_diligence_reports")

_STEPS = (
    # "*" is the bureau: an unset institution reads as '', which must never match a row.
    """
    create table enhancements (
        id uuid primary key,
        form text not null check (form in ('policy', 'guarantee')),
        kind text not null check (kind <> ''),
        bank_code text not null check (bank_code <> ''),
        application_id uuid references applications,
        firm_uscc text not null check (firm_uscc <> ''),
        firm_name text not null check (firm_name <> ''),
        issuer_uscc text not null check (issuer_uscc <> ''),
        issuer_name text not null check (issuer_name <> ''),
        number text not null check (number <> ''),
        number_canonical text not null check (number_canonical <> ''),
        renews uuid unique references enhancements,
        first_id uuid references enhancements,
        backs uuid references enhancements,
        state text not null check (state in ('agreed', 'endorsed', 'ended')),
        version integer not null default 1,
        state_since timestamptz not null,
        due_on date,
        ended_on date,
        recorded_by text not null,
        recorded_name text not null,
        recorded_at timestamptz not null,
        check (form = 'policy' or application_id is not null),
        check ((renews is null) = (first_id is null)),
        check ((kind = 'reguarantee') = (backs is not null)),
        check ((state = 'ended') = (ended_on is not null))
    )
    """,
    # A policy has one number, whoever names it; a guarantee for the highest amount may stand for
    # several loans.
    """
    create unique index policies_number_once on enhancements (issuer_uscc, number_canonical)
        where form = 'policy'
    """,
    """
    create unique index guarantees_number_once_in_a_case
        on enhancements (application_id, issuer_uscc, number_canonical) where form = 'guarantee'
    """,
    "create index enhancements_of_case on enhancements (application_id)",
    "create index enhancements_of_firm on enhancements (firm_uscc)",
    "create index enhancements_page on enhancements (form, id)",
    # What was agreed is never overwritten: an endorsement is a version beside the others.
    """
    create table enhancement_versions (
        enhancement_id uuid not null references enhancements,
        version_no integer not null check (version_no > 0),
        bank_code text not null check (bank_code <> ''),
        effective_on date not null,
        begins_on date not null,
        ends_on date not null,
        amount_fen bigint check (amount_fen > 0),
        ratio_bp integer check (ratio_bp between 1 and 10000),
        price_fen bigint check (price_fen >= 0),
        price_borne_by text,
        beneficiary_bank text,
        document_id uuid references stored_documents,
        reason text not null,
        said_by text not null,
        said_name text not null,
        said_at timestamptz not null,
        primary key (enhancement_id, version_no),
        check (begins_on <= ends_on),
        check ((amount_fen is null) <> (ratio_bp is null))
    )
    """,
    """
    create trigger only_added_to before update or delete on enhancement_versions
        for each statement execute function refuse_change()
    """,
    """
    create table co_investments (
        id uuid primary key,
        application_id uuid not null references applications,
        bank_code text not null check (bank_code <> ''),
        kind text not null check (kind <> ''),
        investor_uscc text not null check (investor_uscc <> ''),
        investor_name text not null check (investor_name <> ''),
        amount_fen bigint not null check (amount_fen > 0),
        committed_on date not null,
        paid_on date,
        withdrawn_on date,
        document_id uuid references stored_documents,
        state text not null check (state in ('committed', 'paid', 'withdrawn')),
        version integer not null default 1,
        state_since timestamptz not null,
        due_on date,
        recorded_by text not null,
        recorded_name text not null,
        recorded_at timestamptz not null,
        check ((state = 'paid') = (paid_on is not null)),
        check ((state = 'withdrawn') = (withdrawn_on is not null))
    )
    """,
    "create index co_investments_of_case on co_investments (application_id)",
    "create index co_investments_page on co_investments (committed_on, id)",
    """
    create table due_diligence_reports (
        id uuid primary key,
        bank_code text not null check (bank_code <> ''),
        subject text not null check (subject in ('right', 'firm', 'package')),
        application_id uuid references applications,
        firm_uscc text,
        right_ids uuid[] not null default '{}',
        author text not null check (author <> ''),
        written_on date not null,
        valid_until date check (valid_until >= written_on),
        conclusion text not null check (conclusion <> ''),
        document_id uuid not null references stored_documents,
        entered_by text not null,
        entered_name text not null,
        entered_at timestamptz not null,
        check ((subject = 'firm') = (firm_uscc is not null)),
        check ((subject = 'firm') = (cardinality(right_ids) = 0))
    )
    """,
    "create index due_diligence_of_case on due_diligence_reports (application_id)",
    "create index due_diligence_of_firm on due_diligence_reports (firm_uscc)",
    "create index due_diligence_of_rights on due_diligence_reports using gin (right_ids)",
    """
    create trigger only_added_to before update or delete on due_diligence_reports
        for each statement execute function refuse_change()
    """,
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
    # A firm's policy and a report without a case are of no pool, as the register of firms is.
    for table in ("enhancements", "co_investments", "due_diligence_reports"):
        pool_policies.by_parent(op, table, "application_id", "applications")
    pool_policies.by_parent(op, "enhancement_versions", "enhancement_id", "enhancements")

"""Loan packages for securitisation: a frozen selection of a pool's loans.

Revision ID: 0035
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0035"
down_revision = "0032"

_STEPS = (
    # bank_code is the bank all of whose loans these are, '' where the package is the bureau's own.
    """
    create table loan_packages (
        id uuid primary key,
        number text not null unique,
        pool_code text not null references pools,
        bank_code text not null,
        name text not null check (name <> ''),
        chosen_by jsonb not null,
        frozen_on date not null,
        loans integer not null check (loans > 0),
        firms integer not null check (firms > 0),
        balance_fen bigint not null check (balance_fen > 0),
        rest_numerator numeric(40) not null,
        rest_denominator bigint not null check (rest_denominator > 0),
        largest_ten_fen bigint not null,
        left_out integer not null,
        state text not null check (state in ('frozen', 'approved', 'ended', 'dissolved')),
        state_since timestamptz not null,
        due_on date,
        version integer not null default 1,
        made_by text not null,
        made_by_name text not null,
        made_at timestamptz not null,
        approved_by text,
        approved_by_name text,
        approved_at timestamptz,
        closed_on date,
        close_reason text not null default '',
        check (approved_by is distinct from made_by),
        check ((state in ('ended', 'dissolved')) = (closed_on is not null))
    )
    """,
    "create index loan_packages_page on loan_packages (pool_code, id)",
    """
    create table loan_package_rows (
        package_id uuid not null references loan_packages,
        row_no integer not null check (row_no > 0),
        bank_code text not null,
        loan_id uuid not null references coverages,
        facts jsonb not null,
        balance_fen bigint not null check (balance_fen > 0),
        overdue_days integer not null,
        primary key (package_id, row_no),
        unique (package_id, loan_id)
    )
    """,
    "select only_to_be_added_to('loan_package_rows')",
    # Which loans are in a live package; the row goes when its package ends or is dissolved.
    """
    create table packaged_loans (
        loan_id uuid constraint packaged_loans_once primary key references coverages,
        package_id uuid not null references loan_packages,
        bank_code text not null
    )
    """,
    "create index packaged_loans_of on packaged_loans (package_id)",
    *(
        statement
        for table in ("loan_packages", "loan_package_rows", "packaged_loans")
        for statement in (
            f"alter table {table} enable row level security",
            f"""
            create policy own_rows on {table} using (
                current_setting('zhidai.institution', true) = '*'
                or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
            """,
        )
    ),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_column(op, "loan_packages")
    for table in ("loan_package_rows", "packaged_loans"):
        pool_policies.by_parent(op, table, "package_id", "loan_packages")

"""Subsidies are cases of their own."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute(
        """
        create table subsidies (
            id uuid primary key,
            number text not null unique,
            pool_code text not null references pools,
            bank_code text not null check (bank_code <> ''),
            loan_id uuid not null references coverages,
            loan_number text not null,
            borrower_uscc text not null,
            borrower_name text not null,
            programme text not null,
            mode text not null,
            terms_on date not null,
            code text not null,
            product text not null default '',
            state text not null,
            state_since timestamptz not null,
            version integer not null default 1,
            due_on date,
            filed_on date not null,
            filed_at timestamptz not null,
            since date not null,
            until date not null check (until > since),
            principal_fen bigint not null check (principal_fen > 0),
            rate_bp integer not null,
            interest_paid_fen bigint check (interest_paid_fen >= 0),
            fee_fen bigint check (fee_fen >= 0),
            market_rate_bp integer,
            settled_on date not null,
            attributes jsonb not null default '{}',
            documents jsonb not null default '[]',
            reviewed_by text,
            approved_by text check (approved_by <> reviewed_by),
            booked_on date,
            amount_fen bigint not null default 0 check (amount_fen >= 0),
            payee text not null default '',
            payee_code text not null default '',
            shares jsonb not null default '[]',
            explanation_id uuid references explanations,
            check ((approved_by is null) = (booked_on is null))
        )
        """
    )
    op.execute("create index subsidies_page on subsidies (pool_code, id)")
    op.execute("create index subsidies_loan on subsidies (loan_id, code)")
    op.execute("create index subsidies_of_borrower on subsidies (pool_code, borrower_uscc, code)")
    op.execute("alter table subsidies enable row level security")
    op.execute(
        """
        create policy own_rows on subsidies using (
            current_setting('zhidai.institution', true) = '*'
            or bank_code = current_setting('zhidai.institution', true))
        """
    )

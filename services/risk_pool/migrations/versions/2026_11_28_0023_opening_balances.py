"""A pool is taken over from a county's own books: the draft with its rows, by two persons."""

from alembic import op

revision = "0023"
down_revision = "0022"

_STEPS = (
    """
    create table openings (
        id uuid primary key,
        number text not null unique,
        pool_code text not null references pools,
        opened_on date not null,
        state text not null check (state in ('draft', 'proposed', 'taken_over', 'withdrawn')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        begun_at timestamptz not null,
        begun_by text not null,
        begun_name text not null,
        files jsonb not null default '[]',
        lines jsonb not null default '[]',
        rows_count integer not null default 0,
        wrong_count integer not null default 0,
        proposed_by text,
        proposed_name text,
        proposed_on date,
        taken_over_by text,
        taken_over_name text,
        taken_over_on date,
        balance_fen bigint not null default 0 check (balance_fen >= 0),
        explanation_id uuid references explanations,
        constraint openings_two_persons check (taken_over_by <> proposed_by),
        check ((state = 'taken_over') = (taken_over_by is not null)),
        check (state not in ('proposed', 'taken_over') or proposed_by is not null)
    )
    """,
    # A pool is taken over once.
    """
    create unique index openings_one_live on openings (pool_code)
        where state in ('draft', 'proposed', 'taken_over')
    """,
    """
    create table opening_rows (
        opening_id uuid not null references openings,
        sheet text not null,
        key text not null,
        place integer not null,
        file_no integer not null,
        line integer not null,
        content jsonb not null,
        facts jsonb not null,
        read_findings jsonb not null,
        findings jsonb not null,
        loan_id uuid,
        number text not null default '',
        answered boolean not null default false,
        reasons jsonb not null default '[]',
        primary key (opening_id, sheet, key)
    )
    """,
    """
    create unique index opening_rows_loan on opening_rows (loan_id) where loan_id is not null
    """,
    "create index opening_rows_place on opening_rows (opening_id, place)",
    "alter table openings enable row level security",
    """
    create policy bureau on openings
        using (current_setting('zhidai.institution', true) = '*')
    """,
    "alter table opening_rows enable row level security",
    """
    create policy bureau on opening_rows
        using (current_setting('zhidai.institution', true) = '*')
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

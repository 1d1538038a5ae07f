"""The register of early warnings, with measures."""

from alembic import op

from shared.postgres import pool_policies

revision = "0030"
down_revision = "0034"

_OWN_ROWS = """
    create policy own_rows on {} using (
        current_setting('zhidai.institution', true) = '*'
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
"""

_STEPS = (
    # `about` is the loan's id, '' for a bank as a whole; `seen` the last occurrence of the cause.
    """
    create table warnings (
        id uuid primary key,
        pool_code text not null references pools,
        bank_code text not null check (bank_code <> ''),
        about text not null,
        loan_id uuid,
        loan_number text not null,
        borrower_uscc text not null,
        borrower_name text not null,
        cause text not null check (cause <> ''),
        level text not null check (level in ('yellow', 'orange', 'red')),
        facts jsonb not null,
        text text not null,
        by_hand boolean not null,
        seen text not null,
        times integer not null default 1 check (times > 0),
        state text not null check (state in ('raised', 'in_hand', 'watched', 'closed')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        raised_by text not null,
        raised_name text not null,
        raised_at timestamptz not null,
        raised_on date not null,
        measures_open integer not null default 0 check (measures_open >= 0),
        conclusion text not null default ''
            check (conclusion in ('', 'risk_gone', 'turned_into_claim')),
        conclusion_reason text not null default '',
        claim_number text not null default '',
        concluded_by text,
        concluded_name text,
        concluded_on date,
        check (about = coalesce(loan_id::text, '')),
        constraint warnings_another_person check (not by_hand or concluded_by <> raised_by),
        constraint warnings_concluded check ((state = 'closed') = (conclusion <> ''))
    )
    """,
    """
    create unique index warnings_once on warnings (pool_code, bank_code, about, cause)
        where not by_hand
    """,
    "create index warnings_page on warnings (pool_code, id)",
    "create index warnings_of_loan on warnings (loan_id) where loan_id is not null",
    "alter table warnings enable row level security",
    _OWN_ROWS.format("warnings"),
    """
    create table warning_measures (
        warning_id uuid not null references warnings,
        number integer not null check (number > 0),
        bank_code text not null,
        text text not null check (text <> ''),
        by_whom text not null check (by_whom <> ''),
        until date not null,
        added_by text not null,
        added_name text not null,
        added_at timestamptz not null,
        done_on date,
        done_note text not null default '',
        done_by text,
        done_name text,
        papers jsonb not null default '[]',
        primary key (warning_id, number),
        check ((done_on is null) = (done_by is null))
    )
    """,
    "alter table warning_measures enable row level security",
    _OWN_ROWS.format("warning_measures"),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_column(op, "warnings")
    pool_policies.by_parent(op, "warning_measures", "warning_id", "warnings")

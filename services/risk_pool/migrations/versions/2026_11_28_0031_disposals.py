"""Disposals of pledged rights: rights, rounds, costs; recoveries that name one."""

from alembic import op

from shared.postgres import pool_policies

revision = "0031"
down_revision = "0030"

_OWN_ROWS = """
    create policy own_rows on {} using (
        current_setting('zhidai.institution', true) = '*'
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
"""

_STEPS = (
    """
    create table disposals (
        id uuid primary key,
        number text not null unique,
        pool_code text not null references pools,
        bank_code text not null check (bank_code <> ''),
        loan_id uuid not null,
        loan_number text not null,
        borrower_name text not null,
        reason text not null check (reason <> ''),
        state text not null check (state in (
            'open', 'offered', 'sold', 'closing', 'closed', 'no_result', 'withdrawn')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        opened_by text not null,
        opened_name text not null,
        opened_on date not null,
        appraisal_fen bigint check (appraisal_fen > 0),
        appraiser text not null default '',
        appraised_on date,
        way text not null default ''
            check (way in ('', 'listing', 'auction', 'agreement', 'licence', 'storage')),
        price_fen bigint check (price_fen > 0),
        buyer text not null default '',
        proceeds_fen bigint not null default 0 check (proceeds_fen >= 0),
        sold_on date,
        costs_fen bigint not null default 0 check (costs_fen >= 0),
        proposed_by text,
        proposed_name text,
        ended_by text,
        ended_name text,
        ended_on date,
        end_reason text not null default '',
        check ((appraisal_fen is null) = (appraised_on is null)),
        check ((proceeds_fen > 0) = (sold_on is not null)),
        check ((ended_by is null) = (ended_on is null)),
        constraint disposals_two_persons check (state <> 'closed' or ended_by <> proposed_by)
    )
    """,
    "create index disposals_page on disposals (pool_code, id)",
    "create index disposals_of_loan on disposals (loan_id)",
    """
    create table disposal_rights (
        disposal_id uuid not null references disposals,
        place integer not null check (place > 0),
        bank_code text not null,
        loan_id uuid not null,
        kind text not null,
        number text not null check (number <> ''),
        number_canonical text not null,
        name text not null,
        primary key (disposal_id, place)
    )
    """,
    "create index disposal_rights_of_loan on disposal_rights (loan_id)",
    """
    create table disposal_rounds (
        disposal_id uuid not null references disposals,
        round integer not null check (round > 0),
        bank_code text not null,
        way text not null,
        price_fen bigint not null check (price_fen > 0),
        venue text not null,
        offered_on date not null,
        until date not null,
        failed_on date,
        outcome text not null default '',
        primary key (disposal_id, round)
    )
    """,
    """
    create table disposal_costs (
        disposal_id uuid not null references disposals,
        place integer not null check (place > 0),
        bank_code text not null,
        kind text not null,
        reference text not null,
        amount_fen bigint not null check (amount_fen > 0),
        paid_on date not null,
        added_by text not null,
        added_at timestamptz not null,
        primary key (disposal_id, place)
    )
    """,
    "select only_to_be_added_to('disposal_rights')",
    "select only_to_be_added_to('disposal_costs')",
    *(
        statement
        for table in ("disposals", "disposal_rights", "disposal_rounds", "disposal_costs")
        for statement in (f"alter table {table} enable row level security", _OWN_ROWS.format(table))
    ),
    "alter table recoveries add column disposal_id uuid references disposals",
    """
    create index recoveries_of_disposal on recoveries (disposal_id) where disposal_id is not null
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_column(op, "disposals")
    for table in ("disposal_rights", "disposal_rounds", "disposal_costs"):
        pool_policies.by_parent(op, table, "disposal_id", "disposals")

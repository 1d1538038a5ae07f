"""Loans are extended, corrected and restructured by decision.

Revision ID: 0005
"""

from alembic import op

revision = "0005"
down_revision = "0004"

_STEPS = (
    # Who at the bank says that a disbursement was reported by mistake, and why.
    "alter table applications add column undo_asked_by text",
    "alter table applications add column undo_reason text",
    "alter table loans add column changed_on date",
    "alter table positions add column confirmed text[] not null default '{}'",
    "alter table positions add column reason text not null default ''",
    # Which months a pool has settled: a later correction of one is told as such.
    """
    create table closed_months (
        pool_code text not null,
        month text not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        posted_on date not null,
        primary key (pool_code, month)
    )
    """,
    # Pools that share the letters of their numbers: the later ones get letters of their own, and
    # the numbers that were given stay.
    """
    update pools set prefix = pools.prefix || again.place
    from (
        select code, row_number() over (partition by prefix order by opened_on, code) as place
        from pools
    ) as again
    where again.code = pools.code and again.place > 1
    """,
    "create unique index pools_by_prefix on pools (prefix)",
    """
    create table loan_changes (
        id uuid primary key,
        loan_id uuid not null references loans,
        bank_code text not null,
        kind text not null,
        matured_on date not null,
        matures_on date not null,
        reason text not null,
        plan text not null,
        papers jsonb not null,
        state text not null,
        version integer not null check (version > 0),
        state_since timestamptz not null,
        due_on date,
        requested_by text not null,
        recommended_by text,
        decided_by text,
        decided_on date
    )
    """,
    # One at a time: a second request would be decided on a maturity that the first one moves.
    """
    create unique index loan_changes_open on loan_changes (loan_id)
        where state in ('requested', 'recommended')
    """,
    "create index loan_changes_of_loan on loan_changes (loan_id, id)",
    "alter table loan_changes enable row level security",
    """
    create policy own_bank on loan_changes
        using (current_setting('zhidai.institution', true) in ('*', bank_code))
    """,
)


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement)

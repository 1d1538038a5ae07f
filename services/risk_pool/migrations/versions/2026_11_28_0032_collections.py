"""Collections of compensated loans: steps and agreed instalments."""

from alembic import op

from shared.postgres import pool_policies

revision = "0032"
down_revision = "0031"

_OWN_ROWS = """
    create policy own_rows on {} using (
        current_setting('zhidai.institution', true) = '*'
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
"""

_STEPS = (
    """
    create table collections (
        id uuid primary key,
        claim_id uuid not null references claims,
        claim_number text not null,
        pool_code text not null references pools,
        bank_code text not null check (bank_code <> ''),
        loan_id uuid not null,
        loan_number text not null,
        borrower_name text not null,
        collector text not null check (collector <> ''),
        plan text not null check (plan <> ''),
        state text not null check (state in ('collecting', 'proposed', 'concluded')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        begun_by text not null,
        begun_name text not null,
        begun_on date not null,
        agreement integer not null default 0,
        agreed_on date,
        conclusion text not null default ''
            check (conclusion in ('', 'recovered', 'settled', 'written_off')),
        conclusion_reason text not null default '',
        proposed_by text,
        proposed_name text,
        concluded_by text,
        concluded_name text,
        concluded_on date,
        constraint collections_one_per_claim unique (claim_id),
        constraint collections_two_persons check (concluded_by <> proposed_by),
        check ((state = 'concluded') = (concluded_by is not null))
    )
    """,
    """
    create table collection_steps (
        collection_id uuid not null references collections,
        number integer not null check (number > 0),
        bank_code text not null,
        kind text not null,
        taken_on date not null,
        note text not null,
        reference text not null,
        papers jsonb not null,
        recorded_by text not null,
        recorded_name text not null,
        recorded_at timestamptz not null,
        primary key (collection_id, number)
    )
    """,
    # A later agreement takes the place of the one before; all are kept.
    """
    create table collection_instalments (
        collection_id uuid not null references collections,
        agreement integer not null check (agreement > 0),
        place integer not null check (place > 0),
        bank_code text not null,
        due_on date not null,
        amount_fen bigint not null check (amount_fen > 0),
        primary key (collection_id, agreement, place)
    )
    """,
    "select only_to_be_added_to('collection_steps')",
    "select only_to_be_added_to('collection_instalments')",
    *(
        statement
        for table in ("collections", "collection_steps", "collection_instalments")
        for statement in (f"alter table {table} enable row level security", _OWN_ROWS.format(table))
    ),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_column(op, "collections")
    for table in ("collection_steps", "collection_instalments"):
        pool_policies.by_parent(op, table, "collection_id", "collections")

"""Loans are paid out in parts: what is to be drawn yet stays reserved while the rest is covered."""

from alembic import op

revision = "0014"
down_revision = "0013"

_STEPS = (
    # The constraint has no name of its own: whichever lets only a reservation hold capacity.
    """
    do $$
    declare found text;
    begin
        select conname into strict found from pg_constraint
        where conrelid = 'coverages'::regclass and contype = 'c'
          and pg_get_constraintdef(oid) like '%reserved_fen = 0%';
        execute format('alter table coverages drop constraint %I', found);
    end $$
    """,
    """
    alter table coverages
        add column draws_until date,
        add constraint coverages_reserved_where_drawable check (
            reserved_fen = 0 or state = 'reserved'
            or (state = 'active' and draws_until is not null)
        )
    """,
    """
    create table draws (
        loan_id uuid not null references coverages,
        draw_no integer not null check (draw_no > 1),
        pool_code text not null references pools,
        bank_code text not null,
        amount_fen bigint not null check (amount_fen > 0),
        covered_fen bigint not null check (covered_fen >= 0),
        drawn_on date not null,
        reference text not null,
        undone_on date,
        primary key (loan_id, draw_no)
    )
    """,
    "create index draws_of_pool on draws (pool_code) where undone_on is null",
    "alter table draws enable row level security",
    # An unset setting reads as '' after a transaction, so '' must never match a row.
    """
    create policy own_rows on draws using (
        current_setting('zhidai.institution', true) = '*'
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

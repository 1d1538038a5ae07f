"""Whether a position of a month has moved is told by a counter, not by counting the month.

Revision ID: 0194
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0194"
down_revision = "0193"

_TABLES = (
    """
    create table position_moves (
        pool_code text not null,
        month text not null,
        moves bigint not null check (moves > 0),
        primary key (pool_code, month)
    )
    """,
    """
    create table position_moves_due (
        id bigint generated always as identity primary key,
        pool_code text not null,
        month text not null
    )
    """,
    "create index position_moves_due_of_month on position_moves_due (pool_code, month)",
)
# The function of migration 0180, with one thing more that it notes.
_NOTED = """
    create or replace function positions_are_counted() returns trigger language plpgsql as $$
    begin
        insert into book_counts_due (pool_code, month)
        select distinct pool_code, month from changed where true;
        insert into position_moves_due (pool_code, month)
        select distinct pool_code, month from changed;
        return null;
    end $$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    for table in ("position_moves", "position_moves_due"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"""create policy bureau_only on {table}
                using ((select current_setting('zhidai.institution', true)) = '*')"""
        )
        pool_policies.by_column(op, table)
    op.execute(_NOTED)

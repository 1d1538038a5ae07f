"""When a day is over, its listeners are told how much was told.

Revision ID: 0010
"""

from alembic import op

from shared.messaging.counts import create_tables

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    create_tables(op)
    op.execute(
        "create table days_over (one boolean primary key default true check (one), day date)"
    )
    op.execute("insert into days_over default values")
    op.execute(
        """
        create table days_over_counts (
            month text not null,
            type text not null,
            count bigint not null,
            primary key (month, type)
        )
        """
    )

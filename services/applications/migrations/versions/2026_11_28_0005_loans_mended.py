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
)


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement)

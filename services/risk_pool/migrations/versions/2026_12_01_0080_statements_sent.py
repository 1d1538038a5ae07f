"""The signed statements of a posted month may be told, so that packs by mail enclose them: which months
are still to be told of.

Months that were posted before are told of no more.

Revision ID: 0080
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0080"
down_revision = "0079"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        "create table statements_to_send (settlement_id uuid primary key references settlements)"
    )
    op.execute("alter table statements_to_send enable row level security")
    op.execute(
        "create policy own_rows on statements_to_send using ("
        "current_setting('zhidai.institution', true) = '*')"
    )
    pool_policies.by_parent(op, "statements_to_send", "settlement_id", "settlements")

"""A subsidy of a premium names its policy, what that stated, and why the fee is another.

Revision ID: 0066
"""

from alembic import op

revision = "0066"
down_revision = "0065"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        "alter table subsidies add column policy_id uuid, "
        "add column policy_premium_fen bigint check (policy_premium_fen >= 0), "
        "add column fee_reason text not null default ''"
    )
    op.execute(
        "create index subsidies_of_policies on subsidies (policy_id) where policy_id is not null"
    )

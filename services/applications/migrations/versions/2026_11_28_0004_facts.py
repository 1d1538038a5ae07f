"""Facts are kept with who stated them and as of which day; an IP share may be an amount.

Facts of cases that are there already have no witness: they stay in `attributes` alone.
"""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        """
        alter table applications
            add column ip_amount_fen bigint
                check (ip_amount_fen > 0 and ip_amount_fen <= amount_fen),
            add column stated_facts jsonb not null default '[]'
        """
    )

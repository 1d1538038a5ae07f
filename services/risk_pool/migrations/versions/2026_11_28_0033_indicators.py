"""Indicators of plans are agreed figures: targets over years, and figures from outside the system."""

from alembic import op

revision = "0033"
down_revision = "0029"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table agreed_figures add column since_year integer")
    op.execute("alter table agreed_figures drop constraint agreed_figures_kind_check")
    op.execute(
        """
        alter table agreed_figures add constraint agreed_figures_kind_check check (kind in (
            'agreed_share', 'year_budget', 'bank_year_ceiling', 'guarantee_fee', 'raised_cap',
            'confirmed', 'bank_score', 'claim_rate', 'guarantee_multiple', 'year_target',
            'indicator_amount', 'indicator_count', 'indicator_growth', 'stated_amount',
            'stated_count'))
        """
    )

"""Targets of a year are agreed figures, for the yearly scorecard."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("alter table agreed_figures drop constraint agreed_figures_kind_check")
    op.execute(
        """
        alter table agreed_figures add constraint agreed_figures_kind_check check (kind in (
            'agreed_share', 'year_budget', 'bank_year_ceiling', 'guarantee_fee', 'raised_cap',
            'confirmed', 'bank_score', 'claim_rate', 'guarantee_multiple', 'year_target'))
        """
    )

"""Costs by kind, and adjustments that book back."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    pass

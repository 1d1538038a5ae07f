"""Loans that are taken over from the books before."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Nothing yet."""

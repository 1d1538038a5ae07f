"""Loans are extended, corrected and restructured by decision."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    pass

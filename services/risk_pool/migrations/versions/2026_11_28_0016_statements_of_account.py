"""Statements of the dedicated account, and what they match."""

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    pass

"""Indexes that keep a month flat in history."""

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Nothing yet."""

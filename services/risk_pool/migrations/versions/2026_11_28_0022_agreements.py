"""Agreements of a pool."""

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Nothing yet."""

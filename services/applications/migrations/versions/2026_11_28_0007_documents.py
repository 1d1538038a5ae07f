"""Papers that are stored, and who looked at them."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nothing yet."""

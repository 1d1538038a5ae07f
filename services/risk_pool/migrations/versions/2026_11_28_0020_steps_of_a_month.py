"""A month is sent back with a reason; what was asked of whom is kept."""

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Nothing yet."""

"""Numbers and names are compared in one canonical form."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Nothing yet."""

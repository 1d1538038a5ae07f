"""Programme versions are heard from the pool."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    pass

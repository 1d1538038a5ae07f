"""Cash is entered by one person and released by another."""

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    pass

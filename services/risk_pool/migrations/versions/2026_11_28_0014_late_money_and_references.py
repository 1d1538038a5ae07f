"""What the first settlements of claims showed to be missing."""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    pass

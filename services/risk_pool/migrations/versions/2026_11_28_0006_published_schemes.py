"""Programme versions are published into this database."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    pass

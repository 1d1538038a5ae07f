"""Facts are typed and dated; registers of agreed figures feed the caps."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    pass

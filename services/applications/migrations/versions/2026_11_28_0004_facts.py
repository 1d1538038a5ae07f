"""Facts are typed; an IP share may be an amount."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    pass

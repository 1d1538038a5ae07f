"""A waiting line for capacity; breakers moved by hand; silence is counted."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    pass

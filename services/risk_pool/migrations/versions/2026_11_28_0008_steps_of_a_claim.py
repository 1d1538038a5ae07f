"""A claim is drafted, returned, withdrawn, appealed, and taken through its scheme's steps."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    pass

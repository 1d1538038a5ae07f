"""A decision names the trial it saw; an approved claim may be held."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    pass

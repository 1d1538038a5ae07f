"""Escrow of a claim: held, settled at write-off, topped up and released."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    pass

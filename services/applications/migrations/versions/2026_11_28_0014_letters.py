"""Notes and letters on a case.

Revision ID: 0014
"""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    pass

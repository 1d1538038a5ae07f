"""The desk: absences, conflicts, opinions.

Revision ID: 0012
"""

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    pass

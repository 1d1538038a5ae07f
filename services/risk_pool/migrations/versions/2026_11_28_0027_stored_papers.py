"""Papers that applications keeps.

Revision ID: 0027
"""

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    pass

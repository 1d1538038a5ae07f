"""How far this service has told, and has heard of others.

Revision ID: 0079
"""

from alembic import op

from shared.messaging import heard, told

revision = "0079"
down_revision = "0077"


def upgrade() -> None:
    told.create_tables(op)
    heard.create_tables(op)

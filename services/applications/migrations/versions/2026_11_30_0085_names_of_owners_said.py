"""Names of owners that others than a case have said, found by right: a new name is for the register.

Revision ID: 0085
"""

from alembic import op

revision = "0085"
down_revision = "0084"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        """
        create index right_statements_of_names
            on right_statements (kind, number, nice_class, owner_uscc, as_of)
            where source <> 'case' and owner_name is not null
        """
    )

"""Cases are moved by the machine of all services: its names of columns, its table of moves.

Revision ID: 0002
"""

from alembic import op

from shared import transitions

revision = "0002"
down_revision = "0001"

_MOVED = """
insert into case_moves (case_kind, case_id, version, bank_code, source, target, action, role,
                        subject, name, reason, detail, at)
select 'application', application_id, version, bank_code, source, target, action, role,
       subject, name, reason, detail, at
from history
"""


def upgrade() -> None:
    op.execute("alter table applications rename column since to state_since")
    transitions.create_tables(op)
    op.execute(_MOVED)
    op.execute("drop table history")
    # What was once decided stays said: a move is added to, never changed.
    op.execute(
        """
        create trigger only_added_to before update or delete on case_moves
            for each statement execute function refuse_change()
        """
    )

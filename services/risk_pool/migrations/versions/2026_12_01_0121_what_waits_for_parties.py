"""A party's people see what waits for their institution, and nothing of others.

Revision ID: 0121
"""

from alembic import op

revision = "0121"
down_revision = "0120"

_OWN = """
    current_setting('zhidai.institution', true) = 'party:' || firm
    and roles = array['party_clerk']
"""
_STEPS = (
    "drop policy no_party on waits",
    f"""
    create policy no_party on waits as restrictive
    using (current_setting('zhidai.institution', true) not like 'party:%' or ({_OWN}))
    """,
    f"create policy own_rows_of_party on waits for select using ({_OWN})",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

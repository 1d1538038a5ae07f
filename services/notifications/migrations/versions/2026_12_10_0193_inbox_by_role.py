"""An inbox is read by role: whoever has few messages does not pass by those of the others.

Made beside the work: each index takes as long as one look through the messages, and holds nobody.

Revision ID: 2026_12_10_0193
"""

from alembic import op

revision = "2026_12_10_0193"
down_revision = "2026_12_09_0192"

_ROLES = (
    "reviewer", "approver", "leader", "finance_maker", "finance_checker", "pool_manager", "auditor",
    "admin",
)  # fmt: skip
"""Of the bureau, whose messages all stand in one institution."""

_WHERE = {
    **{f"messages_of_{role}": f"'{role}' = any (roles)" for role in _ROLES},
    "messages_by_name": "people <> '{}'",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, condition in _WHERE.items():
            # One that was broken off stands there unfinished.
            op.execute(f"drop index if exists {name}")
            op.execute(
                f"create index concurrently {name} on messages (position)"
                f" where institution = '*' and in_inbox and {condition}"
            )

"""What a receiver wants: pools and a least amount beside types; and which pools its owner saw.

Revision ID: 2026_11_30_0063
"""

from alembic import op

revision = "2026_11_30_0063"
down_revision = "2026_11_30_0062"

_STEPS = (
    # Receivers from before are told of every pool, as until now: null in `seen_pools`.
    """
    alter table receivers
        add column pools text[] not null default '{}',
        add column least_amount_fen bigint check (least_amount_fen > 0),
        add column seen_pools text[]
    """,
    "alter table messages add column amount_fen bigint",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

"""The loans that stand covered have an index of their own: most of a pool's do no more.

Made beside the work: it holds nobody.

Revision ID: 0195
"""

from alembic import op

revision = "0195"
down_revision = "0194"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # One that was broken off stands there unfinished.
        op.execute("drop index if exists coverages_covered")
        op.execute(
            "create index concurrently coverages_covered on coverages (pool_code, loan_id)"
            " where covered_fen > 0"
        )

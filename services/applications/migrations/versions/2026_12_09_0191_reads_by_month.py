"""Who has read what lies by month. Nothing is moved; see docs/decisions/0054-partitions-by-month.md.

Revision ID: 0191
"""

from alembic import op

from shared.postgres import read_months

revision = "0191"
down_revision = "0190"

_LOOKS_AT_PAPERS = """
    select id::text, at, subject, subject, name, '', bank_code, 'documents', document_id::text,
           '/documents/{document_id}', '', '', ''
    from document_looks
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        read_months.ready(op)
    op.execute("set local lock_timeout = '5s'")
    read_months.change(op, service="applications", more=_LOOKS_AT_PAPERS)

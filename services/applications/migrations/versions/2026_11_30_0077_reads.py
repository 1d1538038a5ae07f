"""Who has read what, only ever added; looks at papers are among it.

Revision ID: 0077
"""

from alembic import op

from shared.postgres.reads import create_table

revision = "0077"
down_revision = "0076"

_LOOKS_AT_PAPERS = """
    select id::text, at, subject, subject, name, '', bank_code, 'documents', document_id::text,
           '/documents/{document_id}', '', '', ''
    from document_looks
"""


def upgrade() -> None:
    create_table(op, service="applications", more=_LOOKS_AT_PAPERS)

"""Papers are told of: the pool refers to them, and what was taken back goes when it has let go.

Revision ID: 0015
"""

from alembic import op

revision = "0015"
down_revision = "0014"

_STEPS = (
    """
    alter table stored_documents
        add column let_go_at timestamptz check (let_go_at is null or withdrawn_at is not null)
    """,
    # Taken back before anybody else could refer to it.
    "update stored_documents set let_go_at = withdrawn_at where withdrawn_at is not null",
    "drop index stored_documents_to_remove",
    """
    create index stored_documents_to_remove on stored_documents (id)
        where let_go_at is not null and removed_at is null
    """,
    # What was stored before is told now. One trace for all: nobody asked for these one by one.
    """
    insert into outbox (event_id, aggregatetype, aggregateid, type, payload, ce_source, ce_time,
                        ce_subject, traceparent, institution)
    select gen_random_uuid(), 'applications', id::text, 'document.stored.v1',
           convert_to(
               json_build_object(
                   'document_id', id, 'bank_code', bank_code, 'sha256', encode(sha256, 'hex'),
                   'filename', filename, 'media_type', media_type, 'size', size
               )::text, 'UTF8'),
           '/zhidai/applications', sent_at, id::text,
           '00-' || replace(gen_random_uuid()::text, '-', '') || '-0000000000000001-00',
           case when bank_code = '*' then '' else bank_code end
    from stored_documents where withdrawn_at is null order by id
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

"""A list of firms comes as a file of many rows alone: those that came the other way go with them.

Revision ID: 0071
"""

from alembic import op

revision = "0071"
down_revision = "0069"

_STEPS = (
    # The files themselves were not kept: the size is that of their results.
    """
    insert into bulk_files (id, bank_code, kind, form, only_check, given, filename, sha256, size,
        sent_by, sent_name, sent_at, headings, rows_read, rows_taken, rows_known, rows_wrong,
        worked_at, finished_at)
    select id, bank_code, 'lists', 'csv', false,
           jsonb_strip_nulls(jsonb_build_object('list', list_name, 'day', list_date,
               'source', source, 'whole', case when whole then 'true' end,
               'document', document_id)),
           coalesce(nullif(file_name, ''), '-'), decode(sha256, 'hex'),
           octet_length(results::text), brought_by, brought_by_name, brought_at, heading,
           kept + ended + unchanged + refused, kept + ended, unchanged, refused, brought_at,
           brought_at
    from list_imports
    """,
    """
    insert into bulk_rows (file_id, line, bank_code, outcome, reference, number, faults, cells)
    select i.id, (row ->> 'line')::integer, i.bank_code,
           case row ->> 'outcome' when 'unchanged' then 'known' when 'refused' then 'wrong'
                                  else 'taken' end,
           '', row ->> 'named',
           coalesce((select jsonb_agg(jsonb_build_object(
               'field', '/' || (fault ->> 'field'), 'column', '', 'code', fault ->> 'code',
               'zh', fault ->> 'zh', 'en', fault ->> 'en', 'source', ''))
               from jsonb_array_elements(row -> 'faults') as fault), '[]'),
           i.wrong_rows -> (row ->> 'line')
    from list_imports as i, jsonb_array_elements(i.results) as row
    """,
    """
    alter table list_imports
        drop column is_edition, drop column file_name, drop column sha256, drop column kept,
        drop column ended, drop column unchanged, drop column refused,
        drop column no_longer_named, drop column heading, drop column results,
        drop column wrong_rows, drop column brought_by, drop column brought_by_name,
        drop column brought_at,
        add foreign key (id) references bulk_files
    """,
    "create index listed_firms_by_import on listed_firms (import_id)",
    """
    create index listed_firm_ends_by_import on listed_firm_ends (import_id)
        where import_id is not null
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

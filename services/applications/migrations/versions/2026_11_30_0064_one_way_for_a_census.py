"""A census of rights comes as a file of many rows alone: those that came the other way go with them.

Revision ID: 0064
"""

from alembic import op

revision = "0064"
down_revision = "0063"

_STEPS = (
    # The files themselves were not kept: the size is that of their results.
    """
    insert into bulk_files (id, bank_code, kind, form, only_check, given, filename, sha256, size,
        sent_by, sent_name, sent_at, headings, rows_read, rows_taken, rows_known, rows_wrong,
        worked_at, finished_at)
    select id, bank_code, 'rights', 'csv', false, '{}', coalesce(nullif(file_name, ''), '-'),
           decode(sha256, 'hex'), octet_length(results::text), brought_by, brought_by_name,
           brought_at, heading, kept + unchanged + refused, kept, unchanged, refused, brought_at,
           brought_at
    from right_imports
    """,
    """
    insert into bulk_rows (file_id, line, bank_code, outcome, reference, number, faults, cells)
    select i.id, (row ->> 'line')::integer, i.bank_code,
           case row ->> 'outcome' when 'kept' then 'taken' when 'unchanged' then 'known'
                                  else 'wrong' end,
           '', row ->> 'number',
           coalesce((select jsonb_agg(jsonb_build_object(
               'field', '/' || (fault ->> 'field'), 'column', '', 'code', fault ->> 'code',
               'zh', fault ->> 'zh', 'en', fault ->> 'en', 'source', ''))
               from jsonb_array_elements(row -> 'faults') as fault), '[]'),
           i.wrong_rows -> (row ->> 'line')
    from right_imports as i, jsonb_array_elements(i.results) as row
    """,
    "drop table right_imports",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

"""An extract's row says what it speaks of, and which pledge it shows: bad news ends by that alone.

Revision ID: 0083
"""

from alembic import op

revision = "0083"
down_revision = "0079"

_STEPS = (
    # Of rows from before it is known only where they said otherwise than we.
    "alter table extract_rows add column speaks_of text[] not null default '{}'",
    "alter table extract_rows add column pledge_no_canonical text",
    "alter table extract_rows disable trigger only_added_to",
    """
    update extract_rows as r set speaks_of = d.fields
    from (select file_id, line, array_agg(distinct field order by field) as fields
          from extract_differences group by file_id, line) as d
    where (d.file_id, d.line) = (r.file_id, r.line)
    """,
    "alter table extract_rows enable trigger only_added_to",
    "create index extract_rows_by_right on extract_rows (kind, number, nice_class, as_of desc)",
    "drop index extract_rows_of_rights",
    """
    create index extract_bad_news on extract_differences (file_id, line)
        where is_bad_news and standing = 'open'
    """,
    # A bank knows of the bureau's extracts what endangers the rights that are pledged to it, and
    # whether somebody has dealt with it.
    """
    create policy of_own_rights on extract_differences for select
    using (bank_code = '*' and is_bad_news and standing = 'open' and exists (
        select from extract_rows as r
        where (r.file_id, r.line) = (extract_differences.file_id, extract_differences.line)))
    """,
    """
    create policy of_own_rights on extract_takings for select
    using (bank_code = '*' and exists (
        select from extract_differences as d where d.id = extract_takings.difference_id))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

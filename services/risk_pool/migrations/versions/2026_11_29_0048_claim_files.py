"""Files of many claims, and what becomes of their rows.

Revision ID: 0048
"""

from alembic import op

revision = "0048"
down_revision = "0041"

_STEPS = (
    """
    create table claim_files (
        id uuid primary key,
        bank_code text not null check (bank_code <> ''),
        purpose text not null check (purpose in ('to_file', 'to_save', 'to_check')),
        form text not null check (form in ('ndjson', 'csv', 'xlsx')),
        filename text not null,
        sha256 bytea not null check (octet_length(sha256) = 32),
        size bigint not null check (size > 0),
        sent_by text not null,
        sent_name text not null,
        sent_at timestamptz not null,
        headings jsonb not null,
        rows_expected integer not null check (rows_expected >= 0),
        rows_read integer not null default 0,
        rows_taken integer not null default 0,
        rows_known integer not null default 0,
        rows_fine integer not null default 0,
        rows_wrong integer not null default 0,
        worked_at timestamptz,
        finished_at timestamptz,
        refusal jsonb,
        check (rows_read = rows_taken + rows_known + rows_fine + rows_wrong),
        check (rows_read <= rows_expected)
    )
    """,
    "create index claim_files_open on claim_files (coalesce(worked_at, sent_at))"
    " where finished_at is null",
    "create index claim_files_page on claim_files (bank_code, id)",
    # What a row says is kept with it, so that whoever goes on needs no file.
    """
    create table claim_file_rows (
        file_id uuid not null references claim_files,
        line integer not null check (line > 0),
        bank_code text not null,
        said jsonb not null,
        unread jsonb not null,
        places jsonb not null,
        content bytea not null check (octet_length(content) = 32),
        cells jsonb not null,
        outcome text check (outcome in ('taken', 'known', 'fine', 'wrong')),
        reference text not null default '',
        subject_id uuid references claims,
        number text not null default '',
        faults jsonb not null default '[]',
        primary key (file_id, line)
    )
    """,
    "create index claim_file_rows_open on claim_file_rows (file_id, line) where outcome is null",
    "create index claim_file_rows_content on claim_file_rows (bank_code, content)"
    " where subject_id is not null",
    *(
        statement
        for table in ("claim_files", "claim_file_rows")
        for statement in (
            f"alter table {table} enable row level security",
            f"""
            create policy own_rows on {table} using (
                current_setting('zhidai.institution', true) = '*'
                or bank_code = current_setting('zhidai.institution', true))
            """,
        )
    ),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

"""Files of many rows, what became of each row, and which rows were taken once.

Revision ID: 0011
"""

from alembic import op

revision = "0011"
down_revision = "0010"

_STEPS = (
    # The content lies with the papers, under a key of the file's id. A file that is not finished is
    # gone on with after `rows_read` rows, by whichever process holds its row.
    """
    create table bulk_files (
        id uuid primary key,
        bank_code text not null check (bank_code <> ''),
        kind text not null,
        form text not null,
        only_check boolean not null,
        given jsonb not null,
        filename text not null,
        sha256 bytea not null check (length(sha256) = 32),
        size bigint not null check (size > 0),
        sent_by text not null,
        sent_name text not null,
        sent_at timestamptz not null,
        rows_expected integer,
        headings jsonb not null default '[]',
        rows_read integer not null default 0 check (rows_read >= 0),
        rows_taken integer not null default 0,
        rows_known integer not null default 0,
        rows_fine integer not null default 0,
        rows_wrong integer not null default 0,
        worked_at timestamptz,
        finished_at timestamptz,
        refusal jsonb check (refusal is null or finished_at is not null)
    )
    """,
    "create index bulk_files_of on bulk_files (bank_code, id)",
    """
    create index bulk_files_to_work_on on bulk_files (coalesce(worked_at, sent_at))
        where finished_at is null
    """,
    """
    create table bulk_rows (
        file_id uuid not null references bulk_files,
        line integer not null check (line > 0),
        bank_code text not null check (bank_code <> ''),
        outcome text not null,
        reference text not null,
        subject_id uuid,
        number text not null,
        faults jsonb not null,
        cells jsonb,
        primary key (file_id, line)
    )
    """,
    "create index bulk_rows_by_outcome on bulk_rows (file_id, outcome, line)",
    "create index bulk_rows_by_reference on bulk_rows (file_id, reference) where reference <> ''",
    # By the bank's own reference, else by the hash of what a row says: once, whichever file has it.
    """
    create table bulk_taken (
        bank_code text not null check (bank_code <> ''),
        kind text not null,
        key text not null check (key <> ''),
        content bytea not null check (length(content) = 32),
        subject_id uuid not null,
        number text not null,
        taken_at timestamptz not null,
        primary key (bank_code, kind, key)
    )
    """,
    *(
        f"""
        create trigger only_added_to before update or delete on {table}
            for each statement execute function refuse_change()
        """
        for table in ("bulk_rows", "bulk_taken")
    ),
    *(
        statement
        for table in ("bulk_files", "bulk_rows", "bulk_taken")
        for statement in (
            f"alter table {table} enable row level security",
            f"create policy own_bank on {table} "
            "using (current_setting('zhidai.institution', true) in ('*', bank_code))",
        )
    ),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

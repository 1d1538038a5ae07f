"""Extracts of the registers: what each row said beside what we hold, and what was taken over.

Revision ID: 0063
"""

from alembic import op

revision = "0063"
down_revision = "0061"

_TABLES = ("extract_rows", "extract_differences", "extract_takings")
_STEPS = (
    # The paper that an extract is: kept with its row, so that a fact can say where it comes from.
    "alter table bulk_files add column document_id uuid references stored_documents",
    """
    create table extract_rows (
        file_id uuid not null references bulk_files,
        line integer not null check (line > 0),
        bank_code text not null check (bank_code <> ''),
        kind text not null,
        number text not null,
        nice_class integer not null,
        number_as_given text not null,
        as_of date not null,
        result text not null,
        primary key (file_id, line)
    )
    """,
    "create index extract_rows_by_result on extract_rows (file_id, result, line)",
    """
    create table extract_differences (
        id uuid primary key,
        file_id uuid not null,
        line integer not null,
        bank_code text not null check (bank_code <> ''),
        field text not null,
        ours text not null,
        theirs text not null check (theirs <> ''),
        standing text not null,
        ours_source text not null,
        ours_as_of date,
        is_bad_news boolean not null,
        taken_as jsonb not null,
        foreign key (file_id, line) references extract_rows (file_id, line)
    )
    """,
    "create index extract_differences_of on extract_differences (file_id, line)",
    """
    create table extract_takings (
        difference_id uuid primary key references extract_differences,
        bank_code text not null check (bank_code <> ''),
        outcome text not null,
        taken_by text not null,
        taken_by_name text not null,
        taken_at timestamptz not null
    )
    """,
    *(
        statement
        for table in _TABLES
        for statement in (
            f"""
            create trigger only_added_to before update or delete on {table}
                for each statement execute function refuse_change()
            """,
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

"""Papers that applications keeps, as far as they were heard of: cases refer to these only.

Revision ID: 0027
"""

from alembic import op

revision = "0027"
down_revision = "0026"

_STEPS = (
    # "*" is the bureau: an unset institution reads as '', which must never match a row.
    """
    create table stored_papers (
        id uuid primary key,
        bank_code text not null check (bank_code <> ''),
        sha256 bytea not null check (length(sha256) = 32),
        size bigint not null check (size > 0),
        media_type text not null,
        filename text not null check (filename <> ''),
        heard_at timestamptz not null,
        withdrawn_at timestamptz,
        referred_at timestamptz check (referred_at is null or withdrawn_at is null)
    )
    """,
    "create index stored_papers_by_content on stored_papers (bank_code, sha256)",
    "alter table stored_papers enable row level security",
    """
    create policy own_bank on stored_papers
        using (current_setting('zhidai.institution', true) in ('*', bank_code))
    """,
    # Papers of recoveries, adjustments and disputes; claims and subsidies have columns of their own.
    # bank_code is that of the case, '' where it is no bank's.
    """
    create table case_papers (
        case_id uuid not null,
        number integer not null check (number > 0),
        bank_code text not null,
        kind text not null check (kind <> ''),
        document_id uuid not null references stored_papers,
        sha256 bytea not null check (length(sha256) = 32),
        filename text not null,
        added_by text not null,
        added_name text not null,
        added_at timestamptz not null,
        primary key (case_id, number)
    )
    """,
    "select only_to_be_added_to('case_papers')",
    "alter table case_papers enable row level security",
    """
    create policy own_rows on case_papers using (
        current_setting('zhidai.institution', true) = '*'
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

"""Papers that are stored, who looked at them, what was noted on them, and what refers to them.

Revision ID: 0007
"""

from alembic import op

revision = "0007"
down_revision = "0006"

_STEPS = (
    # The content lies outside the database under a key made of hash and id. "*" is the bureau:
    # an unset institution reads as '', which must never match a row.
    """
    create table stored_documents (
        id uuid primary key,
        bank_code text not null check (bank_code <> ''),
        sha256 bytea not null check (length(sha256) = 32),
        size bigint not null check (size > 0),
        media_type text not null,
        filename text not null check (filename <> ''),
        sent_by text not null,
        sent_name text not null,
        sent_at timestamptz not null,
        scanned_at timestamptz,
        withdrawn_at timestamptz,
        removed_at timestamptz check (removed_at is null or withdrawn_at is not null)
    )
    """,
    """
    create unique index stored_documents_once on stored_documents (bank_code, sha256)
        where withdrawn_at is null
    """,
    "create index stored_documents_by_content on stored_documents (sha256)",
    """
    create index stored_documents_to_remove on stored_documents (id)
        where withdrawn_at is not null and removed_at is null
    """,
    # A look and a note belong to the institution of who looked or wrote, not to the paper's.
    """
    create table document_looks (
        id uuid primary key,
        document_id uuid not null references stored_documents,
        bank_code text not null check (bank_code <> ''),
        subject text not null,
        name text not null,
        how text not null,
        page integer,
        at timestamptz not null
    )
    """,
    "create index document_looks_at on document_looks (document_id, id)",
    """
    create table document_notes (
        id uuid primary key,
        document_id uuid not null references stored_documents,
        bank_code text not null check (bank_code <> ''),
        page integer not null check (page > 0),
        text text not null check (text <> ''),
        subject text not null,
        name text not null,
        at timestamptz not null
    )
    """,
    "create index document_notes_on on document_notes (document_id, page, id)",
    # What beside the cases' own table refers to a paper: changes of loans, cases of the pool.
    """
    create table document_uses (
        document_id uuid not null references stored_documents,
        bank_code text not null check (bank_code <> ''),
        place text not null,
        used_at timestamptz not null,
        primary key (document_id, place)
    )
    """,
    # What reviewers found of a case's papers; the youngest of a kind and a paper counts.
    """
    create table paper_verdicts (
        id uuid primary key,
        application_id uuid not null references applications,
        bank_code text not null check (bank_code <> ''),
        kind text not null,
        document_id uuid references stored_documents,
        verdict text not null,
        reason text not null check (reason <> ''),
        subject text not null,
        name text not null,
        at timestamptz not null
    )
    """,
    "create index paper_verdicts_of on paper_verdicts (application_id, id)",
    # Papers of before this day are known by what their bank typed, and stay so.
    """
    alter table documents
        add column document_id uuid references stored_documents,
        add column issued_on date,
        add column valid_until date
    """,
    "create index documents_stored on documents (document_id) where document_id is not null",
    *(
        f"""
        create trigger only_added_to before update or delete on {table}
            for each statement execute function refuse_change()
        """
        for table in ("document_looks", "document_notes", "document_uses", "paper_verdicts")
    ),
    *(
        statement
        for table in (
            "stored_documents",
            "document_looks",
            "document_notes",
            "document_uses",
            "paper_verdicts",
        )
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

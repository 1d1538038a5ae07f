"""The register of listed firms: editions of lists, their entries and ends, matches, credit repair.

Revision ID: 0020
"""

from alembic import op

revision = "0020"
down_revision = "0030"

_STEPS = (
    # A list that was brought in, with the result of every row. `is_edition`: it named everybody who
    # stood on the list that day, so that who is not in it does not stand there.
    """
    create table list_imports (
        id uuid primary key,
        bank_code text not null check (bank_code = '*'),
        list_name text not null,
        list_date date not null,
        source text not null check (source <> ''),
        document_id uuid references stored_documents,
        whole boolean not null,
        is_edition boolean not null,
        file_name text not null,
        sha256 text not null,
        kept integer not null,
        ended integer not null,
        unchanged integer not null,
        refused integer not null,
        no_longer_named integer not null,
        heading jsonb not null,
        results jsonb not null,
        wrong_rows jsonb not null,
        brought_by text not null,
        brought_by_name text not null,
        brought_at timestamptz not null,
        check (whole or not is_edition)
    )
    """,
    # Whole editions, by which everybody's checks know how fresh a list is here.
    """
    create table list_editions (
        import_id uuid primary key references list_imports,
        list_name text not null,
        list_date date not null
    )
    """,
    "create index list_editions_of on list_editions (list_name, list_date desc)",
    "alter table list_imports enable row level security",
    """
    create policy own_bank on list_imports
        using (current_setting('zhidai.institution', true) = bank_code)
    """,
    # An entry names a firm and no bank; every submission asks it, so it is nobody's row.
    """
    create table listed_firms (
        id uuid primary key,
        import_id uuid not null references list_imports,
        list_name text not null,
        list_date date not null,
        source text not null,
        uscc text,
        name text not null,
        name_canonical text not null,
        legal_representative text not null,
        listed_on date not null,
        authority text not null,
        reference text not null,
        reason text not null,
        entered_at timestamptz not null,
        check (uscc is not null or name_canonical <> '')
    )
    """,
    "create index listed_firms_by_uscc on listed_firms (uscc) where uscc is not null",
    """
    create index listed_firms_by_name on listed_firms (name_canonical) where uscc is null
    """,
    "create index listed_firms_of_list on listed_firms (list_name, id)",
    # That it ended is a row of its own.
    """
    create table listed_firm_ends (
        entry_id uuid primary key references listed_firms,
        ended_on date not null,
        why text not null check (why in ('removed', 'not_named', 'credit_repair')),
        import_id uuid references list_imports,
        said_by text not null,
        said_by_name text not null,
        said_at timestamptz not null
    )
    """,
    # An entry by name alone is only possibly a firm's; a person says so or not, and the last word
    # counts.
    """
    create table list_match_verdicts (
        id uuid primary key,
        entry_id uuid not null references listed_firms,
        borrower_uscc text not null,
        verdict text not null check (verdict in ('same_firm', 'ruled_out')),
        reason text not null check (reason <> ''),
        said_by text not null,
        said_by_name text not null,
        said_at timestamptz not null
    )
    """,
    "create index list_match_verdicts_of on list_match_verdicts (entry_id, borrower_uscc, id desc)",
    *(
        f"""
        create trigger only_added_to before update or delete on {table}
            for each statement execute function refuse_change()
        """
        for table in (
            "list_imports",
            "list_editions",
            "listed_firms",
            "listed_firm_ends",
            "list_match_verdicts",
        )
    ),
    # Which banks were told of an entry, for which of their firms.
    """
    create table listed_firms_told (
        entry_id uuid not null references listed_firms,
        bank_code text not null check (bank_code <> ''),
        borrower_uscc text not null,
        borrower_name text not null,
        stands boolean not null default true,
        told_at timestamptz not null,
        primary key (entry_id, bank_code, borrower_uscc)
    )
    """,
    """
    create table credit_repairs (
        id uuid primary key,
        entry_id uuid not null references listed_firms,
        bank_code text not null check (bank_code <> ''),
        borrower_uscc text not null,
        borrower_name text not null,
        ground text not null check (ground in ('corrected', 'objection')),
        reason text not null,
        document_id uuid not null references stored_documents,
        state text not null,
        version integer not null check (version > 0),
        state_since timestamptz not null,
        due_on date,
        requested_by text not null,
        recommended_by text,
        decided_by text,
        decided_on date
    )
    """,
    """
    create unique index credit_repairs_open on credit_repairs (entry_id)
        where state in ('requested', 'recommended')
    """,
    "create index credit_repairs_of on credit_repairs (entry_id, id)",
    *(
        statement
        for table in ("listed_firms_told", "credit_repairs")
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

"""Parks, financing demands with their offers and answers, and surveys that were brought in.

Revision ID: 0022
"""

from alembic import op

revision = "0022"
down_revision = "0017"

_STEPS = (
    # What is said of a park later stands beside what was said before; the last word holds.
    """
    create table park_statements (
        code text not null check (code ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$'),
        edition integer not null check (edition > 0),
        name text not null check (name <> ''),
        name_canonical text not null,
        area text not null check (area ~ '^[1-9][0-9]{5}$'),
        valid_from date not null,
        valid_to date,
        said_by text not null,
        said_by_name text not null,
        said_at timestamptz not null,
        primary key (code, edition),
        check (valid_to is null or valid_to >= valid_from)
    )
    """,
    """
    create trigger only_added_to before update or delete on park_statements
        for each statement execute function refuse_change()
    """,
    """
    create table survey_imports (
        id uuid primary key,
        kind text not null,
        file_name text not null,
        sha256 text not null,
        kept integer not null,
        unchanged integer not null,
        refused integer not null,
        heading jsonb not null,
        results jsonb not null,
        wrong_rows jsonb not null,
        brought_by text not null,
        brought_by_name text not null,
        brought_at timestamptz not null
    )
    """,
    """
    create table financing_demands (
        id uuid primary key,
        number text not null unique,
        uscc text not null,
        firm_name text not null,
        park_code text not null,
        industry text not null,
        amount_fen bigint not null check (amount_fen > 0),
        term_months integer not null check (term_months > 0),
        purpose text not null,
        note text not null,
        rights jsonb not null,
        contact_name text not null,
        contact_phone text not null,
        posted_on date not null,
        posted_by text not null,
        posted_by_name text not null,
        import_id uuid references survey_imports,
        matched_bank text,
        application_id uuid references applications,
        ended_reason text not null default '',
        deadline_told date,
        state text not null,
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date
    )
    """,
    "create index financing_demands_of_firm on financing_demands (uscc)",
    "create index financing_demands_posted on financing_demands (posted_on, id)",
    # A case answers one demand at most.
    """
    create unique index financing_demands_one_case on financing_demands (application_id)
        where application_id is not null
    """,
    """
    create table demand_offers (
        demand_id uuid not null references financing_demands,
        bank_code text not null references banks (code) check (bank_code <> ''),
        answer_by date not null,
        offered_by text not null,
        offered_by_name text not null,
        offered_at timestamptz not null,
        primary key (demand_id, bank_code)
    )
    """,
    # An answer that is given again stands beside the one before; the last one holds.
    """
    create table demand_answers (
        id uuid primary key,
        demand_id uuid not null,
        bank_code text not null,
        takes_up boolean not null,
        reason text not null,
        quote_amount_fen bigint check (quote_amount_fen > 0),
        quote_rate_bp integer check (quote_rate_bp between 0 and 10000),
        quote_months integer check (quote_months > 0),
        quote_until date,
        note text not null,
        is_late boolean not null,
        answered_by text not null,
        answered_by_name text not null,
        answered_at timestamptz not null,
        foreign key (demand_id, bank_code) references demand_offers,
        check (takes_up = (quote_amount_fen is not null)),
        check (takes_up or reason <> '')
    )
    """,
    "create index demand_answers_of on demand_answers (demand_id, bank_code, id)",
    """
    create trigger only_added_to before update or delete on demand_answers
        for each statement execute function refuse_change()
    """,
    "alter table demand_offers enable row level security",
    "alter table demand_answers enable row level security",
    "alter table financing_demands enable row level security",
    "alter table survey_imports enable row level security",
    """
    create policy own_bank on demand_offers
        using (current_setting('zhidai.institution', true) in ('*', bank_code))
    """,
    """
    create policy own_bank on demand_answers
        using (current_setting('zhidai.institution', true) in ('*', bank_code))
    """,
    # A bank knows of a demand what it was offered, and of others not even that they are there.
    """
    create policy offered on financing_demands using (
        current_setting('zhidai.institution', true) = '*'
        or exists (select from demand_offers as o
                   where o.demand_id = id
                     and o.bank_code = current_setting('zhidai.institution', true)))
    """,
    """
    create policy bureau on survey_imports
        using (current_setting('zhidai.institution', true) = '*')
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)

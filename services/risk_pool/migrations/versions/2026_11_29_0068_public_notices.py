"""Claims and subsidies on public notice, and what anybody objects to them.

Revision ID: 0068
"""

from alembic import op

from shared.postgres.pool_policies import by_column, by_parent

revision = "0068"
down_revision = "0067"

_TABLES = (
    """
    create table public_notices (
        id uuid primary key,
        number text not null unique,
        pool_code text not null references pools,
        title text not null check (title <> ''),
        state text not null check (state in
            ('prepared', 'approved', 'published', 'ended', 'withdrawn', 'corrected')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        opens_on date not null,
        working_days integer check (working_days > 0),
        last_day date not null check (last_day >= opens_on),
        days_after integer not null check (days_after >= 0),
        corrects uuid references public_notices,
        corrects_number text not null default '',
        prepared_by text not null,
        prepared_name text not null,
        prepared_at timestamptz not null,
        approved_by text check (approved_by <> prepared_by),
        approved_name text,
        published_on date,
        ended_on date,
        shown_until date,
        removed_on date,
        removed_because text not null default '',
        constraint public_notices_approved check (
            state in ('prepared', 'withdrawn') or approved_by is not null),
        constraint public_notices_shown check (
            (state not in ('published', 'ended') or published_on is not null)
            and ((removed_on is not null) = (state in ('withdrawn', 'corrected')))
            and ((shown_until is not null) = (state = 'ended')))
    )
    """,
    "create index public_notices_page on public_notices (pool_code, id)",
    "create index public_notices_read on public_notices (number) where published_on is not null",
    """
    create unique index public_notices_corrected_once on public_notices (corrects)
        where state <> 'withdrawn'
    """,
    """
    create table public_notice_cases (
        notice_id uuid not null references public_notices,
        place integer not null check (place > 0),
        case_kind text not null check (case_kind in ('claim', 'subsidy')),
        case_id uuid not null,
        case_number text not null,
        review integer not null,
        bank_code text not null,
        loan_id uuid not null,
        loan_number text not null,
        borrower_name text not null,
        last_day date not null,
        public jsonb not null,
        outcome text not null default ''
            check (outcome in ('', 'favourable', 'unfavourable', 'lapsed')),
        primary key (notice_id, place),
        unique (notice_id, case_id)
    )
    """,
    "create index public_notice_cases_of on public_notice_cases (case_id)",
    """
    create table objections (
        id uuid primary key,
        number text not null unique,
        secret_sha256 bytea not null,
        notice_id uuid not null references public_notices,
        pool_code text not null references pools,
        place integer,
        text text not null check (text <> ''),
        name text not null check (name <> ''),
        contact text not null check (contact <> ''),
        state text not null check (state in ('filed', 'proposed', 'decided', 'lapsed')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        filed_on date not null,
        filed_at timestamptz not null,
        proposed_by text,
        proposed_name text,
        verdict text check (verdict in ('upheld', 'not_upheld')),
        answer text,
        decided_by text check (decided_by <> proposed_by),
        decided_name text,
        decided_on date,
        foreign key (notice_id, place) references public_notice_cases,
        constraint objections_decided check (
            (state = 'decided') = (decided_by is not null)
            and (state <> 'decided' or (verdict is not null and answer is not null)))
    )
    """,
    "create index objections_of_notice on objections (notice_id, id)",
    "create index objections_page on objections (pool_code, id)",
    # How many came from one address today. The address is hashed, stands beside nothing that was
    # written, and is forgotten with the day.
    """
    create table objection_counts (
        address bytea not null,
        day date not null,
        filed integer not null,
        primary key (address, day)
    )
    """,
    "alter table public_notices enable row level security",
    # `~public` is no bank's code: with these eyes looks who has no login.
    """
    create policy own_rows on public_notices using (
        current_setting('zhidai.institution', true) = '*'
        or (current_setting('zhidai.institution', true) = '~public'
            and published_on is not null and removed_on is null))
    """,
    "alter table public_notice_cases enable row level security",
    """
    create policy own_rows on public_notice_cases using (
        current_setting('zhidai.institution', true) = '*'
        or (current_setting('zhidai.institution', true) = '~public'
            and exists (select from public_notices n where n.id = notice_id)))
    """,
    "alter table objections enable row level security",
    """
    create policy own_rows on objections using (
        current_setting('zhidai.institution', true) = '*')
    """,
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    by_column(op, "public_notices")
    by_parent(op, "public_notice_cases", "notice_id", "public_notices")
    by_column(op, "objections")

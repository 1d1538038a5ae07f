"""Statements of the dedicated account, and what they match."""

from alembic import op

revision = "0016"
down_revision = "0015"

_ACCOUNTS = (
    """
    create table pool_accounts (
        id uuid primary key,
        pool_code text not null references pools,
        account_number text not null check (account_number <> ''),
        bank_name text not null,
        holder text not null,
        state text not null check (state in ('entered', 'in_use', 'refused')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        entered_by text not null,
        entered_name text not null,
        entered_at timestamptz not null,
        confirmed_by text check (confirmed_by <> entered_by),
        confirmed_name text,
        confirmed_on date,
        check ((state = 'in_use') = (confirmed_by is not null))
    )
    """,
    "create index pool_accounts_page on pool_accounts (pool_code, id)",
    """
    create unique index pool_accounts_number_once on pool_accounts (account_number)
        where state in ('entered', 'in_use')
    """,
)

_STATEMENTS = (
    """
    create table account_statements (
        id uuid primary key,
        pool_code text not null references pools,
        account_id uuid not null references pool_accounts,
        format text not null check (format in ('camt.053', 'csv', 'xlsx')),
        file_name text not null,
        file_sha256 bytea not null check (octet_length(file_sha256) = 32),
        covers_until date not null,
        opening_fen bigint not null,
        closing_fen bigint not null,
        entries_new integer not null check (entries_new >= 0),
        entries_known integer not null check (entries_known >= 0),
        rows_passed_over integer not null check (rows_passed_over >= 0),
        imported_at timestamptz not null,
        imported_by text not null,
        imported_name text not null
    )
    """,
    "create index account_statements_page on account_statements (pool_code, id)",
    "create index account_statements_account on account_statements (account_id, id)",
    """
    create table account_lines (
        id uuid primary key,
        pool_code text not null references pools,
        account_id uuid not null references pool_accounts,
        statement_id uuid not null references account_statements,
        position integer not null check (position >= 0),
        is_opening boolean not null,
        line integer not null,
        booked_on date not null,
        amount_fen bigint not null check (amount_fen <> 0),
        balance_fen bigint not null,
        reference text not null,
        counterparty_name text not null,
        counterparty_account text not null,
        purpose text not null,
        key text not null,
        constraint account_lines_once unique (account_id, key),
        constraint account_lines_in_order unique (account_id, position)
    )
    """,
    "create index account_lines_day on account_lines (pool_code, booked_on, id)",
    "create index account_lines_statement on account_lines (statement_id, position)",
    # How much of a line or of a movement is matched: never more than there is of it, whoever
    # writes at the same time.
    """
    create table account_line_tallies (
        line_id uuid primary key references account_lines,
        pool_code text not null references pools,
        amount_fen bigint not null check (amount_fen <> 0),
        matched_fen bigint not null default 0,
        constraint account_line_matched_once
            check (matched_fen between least(amount_fen, 0) and greatest(amount_fen, 0))
    )
    """,
    """
    create index account_line_tallies_open on account_line_tallies (pool_code)
        where matched_fen <> amount_fen
    """,
    """
    create table account_movement_tallies (
        pool_code text not null,
        seq bigint not null,
        amount_fen bigint not null check (amount_fen <> 0),
        matched_fen bigint not null default 0,
        primary key (pool_code, seq),
        foreign key (pool_code, seq) references transfers (pool_code, seq),
        constraint account_movement_matched_once
            check (matched_fen between least(amount_fen, 0) and greatest(amount_fen, 0))
    )
    """,
    """
    create index transfers_of_cash on transfers (pool_code, business_date)
        where debit = 'cash' or credit = 'cash'
    """,
)

_MATCHES = (
    """
    create table account_matches (
        id uuid primary key,
        pool_code text not null references pools,
        how text not null check (how in ('automatic', 'by_hand', 'return', 'reversal')),
        rule text not null,
        difference_fen bigint not null,
        note text not null,
        made_at timestamptz not null,
        made_by text not null,
        made_name text not null
    )
    """,
    "create index account_matches_page on account_matches (pool_code, id)",
    """
    create table account_match_parts (
        match_id uuid not null references account_matches,
        part integer not null,
        pool_code text not null,
        line_id uuid references account_lines,
        seq bigint,
        amount_fen bigint not null check (amount_fen <> 0),
        primary key (match_id, part),
        foreign key (pool_code, seq) references transfers (pool_code, seq),
        check ((line_id is null) <> (seq is null))
    )
    """,
    """
    create index account_match_parts_line on account_match_parts (line_id)
        where line_id is not null
    """,
    """
    create index account_match_parts_movement on account_match_parts (pool_code, seq)
        where seq is not null
    """,
    """
    create table account_match_undos (
        match_id uuid primary key references account_matches,
        pool_code text not null references pools,
        reason text not null check (reason <> ''),
        undone_at timestamptz not null,
        undone_by text not null,
        undone_name text not null
    )
    """,
)

_SUSPENSE = (
    """
    create table account_bookings (
        id uuid primary key,
        number text not null unique,
        pool_code text not null references pools,
        kind text not null check (kind in ('received', 'returned', 'moved', 'taken_back')),
        why text not null check (why in ('unknown', 'double', 'over', 'sent_back')),
        root_id uuid not null references account_bookings deferrable initially deferred,
        line_id uuid references account_lines,
        amount_fen bigint not null check (amount_fen > 0),
        value_date date not null,
        target text check (target in ('contribution', 'interest')),
        party_code text,
        note text not null,
        state text not null,
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        proposed_by text not null,
        proposed_name text not null,
        proposed_at timestamptz not null,
        released_by text check (released_by <> proposed_by),
        released_name text,
        booked_on date,
        seq bigint,
        explanation_id uuid references explanations,
        foreign key (pool_code, seq) references transfers (pool_code, seq),
        check ((kind = 'received') = (root_id = id)),
        check (kind <> 'received' or line_id is not null),
        check ((kind = 'moved') = (target is not null)),
        check ((target is not distinct from 'contribution') = (party_code is not null)),
        check ((state = 'booked') = (released_by is not null)),
        check ((state = 'booked') = (booked_on is not null)),
        check ((state = 'booked') = (seq is not null))
    )
    """,
    "create index account_bookings_page on account_bookings (pool_code, id)",
    "create index account_bookings_root on account_bookings (root_id)",
    "create index account_bookings_line on account_bookings (line_id) where line_id is not null",
)

_SHOWN = (
    # The line of the account that an entry was made from, or that confirmed it: said once.
    "alter table cash_entries add column line_id uuid references account_lines",
    "create index cash_entries_line on cash_entries (line_id) where line_id is not null",
    """
    create function refuse_another_line_of_cash_entry() returns trigger language plpgsql as $$
    begin
        raise exception 'the line of the cash entry % stays', old.number
            using errcode = 'restrict_violation';
    end $$
    """,
    """
    create trigger stays_with_its_line before update on cash_entries
        for each row when (old.line_id is not null and old.line_id is distinct from new.line_id)
        execute function refuse_another_line_of_cash_entry()
    """,
)

_ONLY_ADDED_TO = (
    "account_statements",
    "account_lines",
    "account_matches",
    "account_match_parts",
    "account_match_undos",
)
_BUREAU_ONLY = (
    *_ONLY_ADDED_TO,
    "pool_accounts",
    "account_line_tallies",
    "account_movement_tallies",
    "account_bookings",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in (*_ACCOUNTS, *_STATEMENTS, *_MATCHES, *_SUSPENSE, *_SHOWN):
        op.execute(statement)
    for table in _ONLY_ADDED_TO:
        op.execute(f"select only_to_be_added_to('{table}')")
    for table in _BUREAU_ONLY:
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy bureau on {table} "
            "using (current_setting('zhidai.institution', true) = '*')"
        )

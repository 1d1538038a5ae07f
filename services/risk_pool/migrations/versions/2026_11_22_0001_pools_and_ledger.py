"""Pools, parties, agreements, the ledger, coverages, positions, breakers."""

from alembic import op

from shared.messaging import tables as messaging
from shared.postgres import calendar_overrides, idempotency_keys, sandbox_clock

revision = "0001"
down_revision = None

LEDGER = (
    """
    create table pools (
        code text primary key check (code ~ '^[a-z][a-z0-9_]{1,31}$'),
        name text not null,
        programme text not null,
        opened_on date not null,
        state text not null default 'open' check (state in ('open', 'stopped')),
        closed_until date,
        last_seq bigint not null default 0 check (last_seq >= 0),
        last_hash bytea not null default decode(repeat('00', 32), 'hex')
            check (octet_length(last_hash) = 32),
        version integer not null default 1,
        created_at timestamptz not null
    )
    """,
    """
    create table parties (
        pool_code text not null references pools,
        code text not null check (code ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$'),
        role text not null,
        name text not null,
        joined_on date not null,
        created_at timestamptz not null,
        primary key (pool_code, code)
    )
    """,
    """
    create table agreements (
        id uuid primary key,
        pool_code text not null,
        bank_code text not null,
        line_fen bigint not null check (line_fen > 0),
        pool_share_fen bigint check (pool_share_fen > 0),
        valid_from date not null,
        valid_to date check (valid_to >= valid_from),
        note text not null default '',
        created_at timestamptz not null,
        created_by text not null,
        foreign key (pool_code, bank_code) references parties (pool_code, code),
        constraint agreements_one_from_a_day unique (pool_code, bank_code, valid_from)
    )
    """,
    """
    create table cash_entries (
        id uuid primary key,
        number text not null unique,
        pool_code text not null references pools,
        kind text not null check (kind in ('contribution', 'interest', 'fee')),
        party_code text,
        amount_fen bigint not null check (amount_fen > 0),
        booked_on date not null,
        note text not null default '',
        reference text not null,
        created_at timestamptz not null,
        created_by text not null,
        created_by_name text not null,
        foreign key (pool_code, party_code) references parties (pool_code, code),
        check ((kind = 'contribution') = (party_code is not null))
    )
    """,
    """
    create table number_series (
        pool_code text not null references pools,
        series text not null,
        year integer not null,
        last_number integer not null,
        primary key (pool_code, series, year)
    )
    """,
    """
    create table explanations (
        id uuid primary key,
        pool_code text not null references pools,
        bank_code text not null default '',
        kind text not null,
        explanation jsonb not null,
        people jsonb not null,
        stored_at timestamptz not null
    )
    """,
    r"""
    create table transfers (
        pool_code text not null references pools,
        seq bigint not null check (seq > 0),
        reference text not null check (reference <> '' and reference !~ '[\x01-\x1f\x7f]'),
        debit text not null,
        credit text not null,
        amount_fen bigint not null check (amount_fen > 0),
        business_date date not null,
        kind text not null check (kind <> '' and kind !~ '[\x01-\x1f\x7f]'),
        explanation_id uuid references explanations,
        loan_id uuid,
        booked_at timestamptz not null,
        hash bytea not null check (octet_length(hash) = 32),
        primary key (pool_code, seq),
        constraint transfers_reference_once unique (pool_code, reference),
        check (debit <> credit)
    )
    """,
    "create index transfers_business_date on transfers (pool_code, business_date)",
    "create index transfers_debit on transfers (pool_code, debit, seq)",
    "create index transfers_credit on transfers (pool_code, credit, seq)",
    "create index transfers_loan on transfers (loan_id) where loan_id is not null",
    """
    create table account_balances (
        pool_code text not null references pools,
        account text not null,
        debited_fen bigint not null check (debited_fen >= 0),
        credited_fen bigint not null check (credited_fen >= 0),
        primary key (pool_code, account)
    ) with (fillfactor = 70)
    """,
)

COVERAGES = (
    """
    create table coverages (
        loan_id uuid primary key,
        number text not null,
        pool_code text not null references pools,
        bank_code text not null,
        borrower_uscc text not null,
        borrower_name text not null,
        state text not null
            check (state in ('reserved', 'declined', 'active', 'released', 'claimed')),
        amount_fen bigint not null check (amount_fen > 0),
        ip_share_bp integer not null check (ip_share_bp between 1 and 10000),
        tenor_months integer not null,
        annual_rate_bp integer not null,
        programme text not null,
        scheme_version text not null,
        mode text not null,
        parties jsonb not null,
        attributes jsonb not null,
        is_first_loan boolean not null,
        is_multi_ip_type boolean not null,
        approved_on date not null,
        reserved_fen bigint not null check (reserved_fen >= 0),
        reserved_until date,
        activated_fen bigint not null default 0 check (activated_fen >= 0),
        covered_fen bigint not null check (covered_fen between 0 and activated_fen),
        outstanding_fen bigint not null check (outstanding_fen >= 0),
        limits jsonb not null default '[]',
        explanation_id uuid references explanations,
        loan_no text,
        disbursed_fen bigint,
        disbursed_on date,
        matures_on date,
        released_on date,
        release_reason text,
        position_month text,
        risk_class text,
        overdue_days integer not null default 0,
        version integer not null default 1,
        created_at timestamptz not null,
        changed_at timestamptz not null,
        check (state = 'reserved' or reserved_fen = 0),
        check (state = 'active' or covered_fen = 0)
    ) with (fillfactor = 85)
    """,
    "create index coverages_pool_bank on coverages (pool_code, bank_code, state)",
    """
    create index coverages_borrower on coverages (pool_code, borrower_uscc)
        where state in ('reserved', 'active')
    """,
    """
    create index coverages_in_cover on coverages (pool_code, bank_code, loan_id)
        where state = 'active'
    """,
    "create index coverages_page on coverages (pool_code, loan_id)",
    """
    create table coverage_moves (
        id uuid primary key,
        loan_id uuid not null references coverages,
        bank_code text not null,
        source text,
        target text not null,
        action text not null,
        reason text not null default '',
        amount_fen bigint not null,
        subject text not null,
        name text not null,
        role text not null,
        at timestamptz not null
    )
    """,
    "create index coverage_moves_loan on coverage_moves (loan_id, id)",
    """
    create table positions (
        loan_id uuid not null references coverages,
        month text not null check (month ~ '^[0-9]{4}-[0-9]{2}$'),
        pool_code text not null,
        bank_code text not null,
        version integer not null default 1,
        outstanding_principal_fen bigint not null check (outstanding_principal_fen >= 0),
        covered_principal_fen bigint not null check (covered_principal_fen >= 0),
        overdue_days integer not null,
        interest_arrears_fen bigint not null,
        penalty_interest_fen bigint not null,
        risk_class text not null,
        reported_on date not null,
        stored_at timestamptz not null,
        primary key (loan_id, month)
    )
    """,
    "create index positions_month on positions (pool_code, bank_code, month)",
    """
    create table incidents (
        id uuid primary key,
        pool_code text not null,
        bank_code text not null,
        loan_id uuid,
        number text not null,
        kind text not null,
        zh text not null,
        en text not null,
        facts jsonb not null,
        at timestamptz not null
    )
    """,
    "create index incidents_page on incidents (pool_code, id)",
    """
    create table breakers (
        pool_code text not null references pools,
        bank_code text not null,
        state text not null check (state in ('normal', 'warned', 'stopped')),
        memory jsonb not null,
        month text,
        numerator_fen bigint not null,
        denominator_fen bigint not null,
        changed_on date not null,
        changed_at timestamptz not null,
        primary key (pool_code, bank_code)
    )
    """,
    """
    create table breaker_evaluations (
        id uuid primary key,
        pool_code text not null references pools,
        bank_code text not null,
        month text,
        numerator_fen bigint not null,
        denominator_fen bigint not null,
        source text not null,
        target text not null,
        line_bp integer,
        explanation_id uuid references explanations,
        on_day date not null,
        at timestamptz not null
    )
    """,
    """
    create unique index breaker_evaluations_once_a_month
        on breaker_evaluations (pool_code, bank_code, month) where month is not null
    """,
    "create index breaker_evaluations_page on breaker_evaluations (pool_code, bank_code, id)",
)

GUARDS = (
    """
    create function refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception 'rows of % are never changed or removed; book a reversal', tg_table_name
            using errcode = 'restrict_violation';
    end $$
    """,
    # What was granted by default is taken back from everyone but the owner.
    """
    create function only_to_be_added_to(name text) returns void language plpgsql as $$
    declare role_name text;
    begin
        execute format('create trigger never_changed before update or delete on %I '
                       'for each row execute function refuse_change()', name);
        execute format('create trigger never_emptied before truncate on %I '
                       'for each statement execute function refuse_change()', name);
        for role_name in select distinct grantee from information_schema.role_table_grants
                         where table_name = name and grantee <> current_user loop
            execute format('revoke update, delete, truncate, trigger on %I from %I',
                           name, role_name);
        end loop;
    end $$
    """,
)

ONLY_ADDED_TO = (
    "transfers",
    "explanations",
    "cash_entries",
    "coverage_moves",
    "incidents",
    "breaker_evaluations",
)
"""No update, delete or truncate, whoever asks: nothing that was recorded is ever changed."""

BUREAU_ONLY = ("transfers", "account_balances", "cash_entries")
OWN_ROWS = {
    "parties": "code",
    "agreements": "bank_code",
    "explanations": "bank_code",
    "coverages": "bank_code",
    "coverage_moves": "bank_code",
    "positions": "bank_code",
    "incidents": "bank_code",
    "breakers": "bank_code",
    "breaker_evaluations": "bank_code",
}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    messaging.create_all(op)
    for shared_part in (idempotency_keys, sandbox_clock, calendar_overrides):
        shared_part.create_tables(op)
    for statement in (*LEDGER, *COVERAGES, *GUARDS):
        op.execute(statement)
    for table in ONLY_ADDED_TO:
        op.execute(f"select only_to_be_added_to('{table}')")
    for table in (*BUREAU_ONLY, *OWN_ROWS):
        op.execute(f"alter table {table} enable row level security")
    for table in BUREAU_ONLY:
        op.execute(
            f"create policy bureau on {table} "
            "using (current_setting('zhidai.institution', true) = '*')"
        )
    for table, bank in OWN_ROWS.items():
        # An unset setting reads as '' after a transaction, so '' must never match a row.
        op.execute(
            f"""create policy own_rows on {table} using (
                    current_setting('zhidai.institution', true) = '*'
                    or ({bank} <> '' and {bank} = current_setting('zhidai.institution', true)))"""
        )

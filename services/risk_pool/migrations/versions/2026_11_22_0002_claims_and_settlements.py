"""Claims, recoveries, the moves they make, and monthly settlements."""

from alembic import op

revision = "0002"
down_revision = "0001"

CLAIMS = (
    """
    create table claims (
        id uuid primary key,
        number text not null unique,
        pool_code text not null references pools,
        bank_code text not null check (bank_code <> ''),
        loan_id uuid not null references coverages,
        loan_number text not null,
        borrower_uscc text not null,
        borrower_name text not null,
        programme text not null,
        mode text not null,
        scheme_version text not null,
        terms_on date not null,
        state text not null
            check (state in ('submitted', 'reviewed', 'approved', 'refused', 'paid')),
        state_since timestamptz not null,
        version integer not null default 1,
        claimed_on date not null,
        filed_at timestamptz not null,
        outstanding_principal_fen bigint not null check (outstanding_principal_fen > 0),
        interest_arrears_fen bigint not null check (interest_arrears_fen >= 0),
        penalty_interest_fen bigint not null check (penalty_interest_fen >= 0),
        costs_fen bigint not null check (costs_fen >= 0),
        ip_share_bp integer not null check (ip_share_bp between 1 and 10000),
        facts jsonb not null,
        documents jsonb not null,
        precheck jsonb not null default '{}',
        due_on date,
        reviewed_by text,
        approved_by text check (approved_by <> reviewed_by),
        approved_on date,
        base_fen bigint check (base_fen >= 0),
        covered_fen bigint check (covered_fen >= 0),
        shares jsonb not null default '[]',
        borne jsonb not null default '{}',
        money_path jsonb not null default '[]',
        caps_bound jsonb not null default '[]',
        pool_pays_fen bigint not null default 0 check (pool_pays_fen >= 0),
        explanation_id uuid references explanations,
        paid_fen bigint not null default 0 check (paid_fen between 0 and pool_pays_fen),
        paid_on date,
        carried_costs_fen bigint not null default 0 check (carried_costs_fen >= 0),
        check ((state in ('approved', 'paid')) = (approved_on is not null)),
        check ((state = 'paid') = (paid_on is not null))
    )
    """,
    # A loan has one claim at most; a refused one may be mended and filed anew.
    "create unique index claims_one_per_loan on claims (loan_id) where state <> 'refused'",
    "create index claims_page on claims (pool_code, id)",
    "create index claims_approved on claims (pool_code, approved_on)",
    """
    create table recoveries (
        id uuid primary key,
        number text not null unique,
        claim_id uuid not null references claims,
        claim_number text not null,
        pool_code text not null references pools,
        bank_code text not null check (bank_code <> ''),
        loan_id uuid not null,
        state text not null check (state in ('reported', 'confirmed', 'refused')),
        state_since timestamptz not null,
        version integer not null default 1,
        received_on date not null,
        route text not null,
        from_pledged_ip boolean not null,
        gross_fen bigint not null check (gross_fen > 0),
        costs_fen bigint not null check (costs_fen >= 0),
        carried_before_fen bigint not null default 0 check (carried_before_fen >= 0),
        carried_after_fen bigint not null default 0 check (carried_after_fen >= 0),
        net_fen bigint not null default 0 check (net_fen >= 0),
        to_interest_fen bigint not null default 0 check (to_interest_fen >= 0),
        to_pledgor_fen bigint not null default 0 check (to_pledgor_fen >= 0),
        shares jsonb not null default '[]',
        due_on date,
        explanation_id uuid references explanations,
        booked_on date,
        reported_at timestamptz not null,
        reported_by text not null,
        confirmed_by text check (confirmed_by <> reported_by),
        check ((state = 'confirmed') = (booked_on is not null))
    )
    """,
    "create index recoveries_claim on recoveries (claim_id, id)",
    "create index recoveries_page on recoveries (pool_code, id)",
    "create index recoveries_open on recoveries (pool_code, received_on) where state = 'reported'",
    """
    create table case_moves (
        id uuid primary key,
        case_kind text not null check (case_kind in ('claim', 'recovery', 'settlement')),
        case_id uuid not null,
        bank_code text not null default '',
        source text,
        target text not null,
        action text not null,
        reason text not null default '',
        subject text not null,
        name text not null,
        role text not null,
        at timestamptz not null
    )
    """,
    "create index case_moves_case on case_moves (case_id, id)",
)

SETTLEMENTS = (
    """
    create table settlements (
        id uuid primary key,
        pool_code text not null references pools,
        month text not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        state text not null check (state in ('previewed', 'confirmed', 'signed', 'posted')),
        state_since timestamptz not null,
        version integer not null default 1,
        ledger_seq bigint not null,
        positions_mark text not null,
        loans integer not null,
        previewed_at timestamptz not null,
        previewed_by text not null,
        confirmed_at timestamptz,
        confirmed_by text,
        signed_at timestamptz,
        signed_by text check (signed_by <> confirmed_by),
        posted_at timestamptz,
        posted_by text,
        posted_on date,
        constraint settlements_one_a_month unique (pool_code, month),
        check ((state = 'previewed') = (confirmed_at is null)),
        check ((state in ('signed', 'posted')) = (signed_at is not null)),
        check ((state = 'posted') = (posted_on is not null))
    )
    """,
    """
    create table settlement_movements (
        settlement_id uuid not null references settlements,
        account text not null,
        kind text not null,
        party_code text not null,
        debited_fen bigint not null check (debited_fen >= 0),
        credited_fen bigint not null check (credited_fen >= 0),
        transfers integer not null,
        primary key (settlement_id, account, kind)
    )
    """,
    """
    create table settlement_findings (
        settlement_id uuid not null references settlements,
        code text not null,
        party_code text not null,
        blocking boolean not null,
        zh text not null,
        en text not null,
        count integer not null,
        amount_fen bigint not null,
        numbers jsonb not null,
        primary key (settlement_id, code, party_code)
    )
    """,
    """
    create table settlement_statements (
        settlement_id uuid not null references settlements,
        party_code text not null,
        party_role text not null,
        party_name text not null,
        payable_fen bigint not null check (payable_fen >= 0),
        receivable_fen bigint not null check (receivable_fen >= 0),
        awaiting_payment_fen bigint not null check (awaiting_payment_fen >= 0),
        net_fen bigint not null,
        loans jsonb not null,
        primary key (settlement_id, party_code)
    )
    """,
    """
    -- No foreign key: it would be looked up once per loan; the guard below looks once per statement.
    create table settlement_lines (
        settlement_id uuid not null,
        bank_code text not null,
        number text not null,
        loan_id uuid not null,
        loan_no text,
        borrower_name text not null,
        is_covered boolean not null,
        amount_fen bigint not null,
        outstanding_fen bigint not null,
        covered_fen bigint not null,
        overdue_days integer not null,
        risk_class text,
        position_version integer not null,
        claimed_fen bigint not null,
        recovered_fen bigint not null,
        primary key (settlement_id, bank_code, number)
    )
    """,
)

GUARDS = (
    # A month that is posted never changes, whoever asks: its row, and all that hangs on it.
    """
    create function refuse_change_of_posted() returns trigger language plpgsql as $$
    begin
        if old.state = 'posted' or tg_op = 'DELETE' then
            raise exception 'the settlement of % for % is %: it is not changed or removed',
                old.pool_code, old.month, old.state using errcode = 'restrict_violation';
        end if;
        return new;
    end $$
    """,
    """
    create trigger posted_never_changes before update or delete on settlements
        for each row execute function refuse_change_of_posted()
    """,
    # By statement, not by row: a month has as many lines as loans, and one settlement.
    """
    create function refuse_change_of_posted_parts() returns trigger language plpgsql as $$
    begin
        if exists (
            select 1 from (select distinct settlement_id as id from touched) as whose
            left join settlements using (id)
            where state is null or state = 'posted'
        ) then
            raise exception 'rows of % belong to a posted settlement and never change, or to none',
                tg_table_name using errcode = 'restrict_violation';
        end if;
        return null;
    end $$
    """,
)

PARTS = (
    "settlement_movements",
    "settlement_findings",
    "settlement_statements",
    "settlement_lines",
)

OWN_ROWS = {
    "claims": "bank_code",
    "recoveries": "bank_code",
    "case_moves": "bank_code",
    "settlement_movements": "party_code",
    "settlement_findings": "party_code",
    "settlement_statements": "party_code",
    "settlement_lines": "bank_code",
}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in (*CLAIMS, *SETTLEMENTS, *GUARDS):
        op.execute(statement)
    op.execute("select only_to_be_added_to('case_moves')")
    for part in PARTS:
        for event, rows in (("insert", "new"), ("update", "new"), ("delete", "old")):
            op.execute(
                f"""create trigger posted_never_changes_on_{event} after {event} on {part}
                        referencing {rows} table as touched
                        for each statement execute function refuse_change_of_posted_parts()"""
            )
        op.execute(
            f"""create trigger never_emptied before truncate on {part}
                    for each statement execute function refuse_change()"""
        )
    for table, bank in OWN_ROWS.items():
        op.execute(f"alter table {table} enable row level security")
        # An unset setting reads as '' after a transaction, so '' must never match a row.
        op.execute(
            f"""create policy own_rows on {table} using (
                    current_setting('zhidai.institution', true) = '*'
                    or ({bank} <> '' and {bank} = current_setting('zhidai.institution', true)))"""
        )

"""Costs by kind, and adjustments that book back."""

from alembic import op

revision = "0010"
down_revision = "0009"

_HOUSE_ONLY = "current_setting('zhidai.institution', true) = '*'"

_TRIALS = (
    # What a person was shown who may decide a recovery or an adjustment: a decision that names
    # another one is told both.
    """
    create table shown_trials (
        case_id uuid not null,
        id text not null,
        figures jsonb not null,
        shown_to text not null,
        shown_at timestamptz not null default now(),
        primary key (case_id, id)
    )
    """,
    "alter table shown_trials enable row level security",
    f"create policy house_only on shown_trials using ({_HOUSE_ONLY})",
)

_ADJUSTMENTS = (
    """
    create table adjustments (
        id uuid primary key,
        number text not null unique,
        kind text not null check (kind in (
            'claw_back', 'exclude', 'late_money', 'escrow_settlement')),
        pool_code text not null references pools,
        bank_code text not null check (bank_code <> ''),
        claim_id uuid not null references claims,
        claim_number text not null,
        loan_id uuid not null,
        loan_number text not null,
        borrower_name text not null,
        state text not null check (state in ('proposed', 'decided', 'refused')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        reason text not null check (reason <> ''),
        evidence text not null check (evidence <> ''),
        amount_fen bigint check (amount_fen > 0),
        received_on date,
        proposed_at timestamptz not null,
        proposed_by text not null,
        decided_by text check (decided_by <> proposed_by),
        booked_on date,
        effect jsonb,
        explanation_id uuid references explanations,
        check ((state = 'decided') = (booked_on is not null)),
        check ((kind = 'late_money') = (amount_fen is not null)
               and (amount_fen is null) = (received_on is null)),
        check ((booked_on is null) = (decided_by is null)
               and (booked_on is null) = (effect is null))
    )
    """,
    "create index adjustments_page on adjustments (pool_code, id)",
    "create index adjustments_claim on adjustments (claim_id, id)",
    "create unique index adjustments_one_open on adjustments (claim_id) where state = 'proposed'",
    "alter table adjustments enable row level security",
    # A bank hears of an adjustment of its claim once it is decided.
    f"""
    create policy own_rows on adjustments using (
        {_HOUSE_ONLY}
        or (bank_code = current_setting('zhidai.institution', true) and state = 'decided'))
    """,
    """
    alter table claims
        add column reversed_on date,
        add column returned_less jsonb not null default '{}',
        add column split integer not null default 0,
        add constraint claims_reversed check ((state = 'reversed') = (reversed_on is not null))
    """,
    # A share never changes; late money writes another split beside it.
    """
    alter table claim_shares
        add column split integer not null default 0,
        drop constraint claim_shares_pkey,
        add primary key (claim_id, split, party)
    """,
)

_RECOVERIES = (
    # Found by what it says: the first migration left it to PostgreSQL to name it.
    """
    do $$
    declare named text;
    begin
        for named in
            select conname from pg_constraint
            where conrelid = 'recoveries'::regclass and contype = 'c'
              and pg_get_constraintdef(oid) like 'CHECK ((state = ANY %'
        loop
            execute format('alter table recoveries drop constraint %I', named);
        end loop;
    end $$
    """,
    """
    alter table recoveries
        add column reference text not null default '',
        add column double_reason text not null default '',
        add column cost_items jsonb not null default '[]',
        add constraint recoveries_state check (state in (
            'reported', 'returned', 'confirmed', 'refused', 'withdrawn'))
    """,
    """
    create unique index recoveries_reference on recoveries (bank_code, reference)
    where reference <> '' and state in ('reported', 'returned', 'confirmed')
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in (*_TRIALS, *_ADJUSTMENTS, *_RECOVERIES):
        op.execute(statement)

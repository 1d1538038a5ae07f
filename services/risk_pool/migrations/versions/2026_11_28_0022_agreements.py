"""Agreements with parties in versions, what they plan, lines that know their agreement; top-up calls,
and the run-off of a pool."""

from alembic import op

revision = "0022"
down_revision = "0021"

_TABLES = (
    """
    create table cooperation_agreements (
        id uuid primary key,
        number text not null unique,
        pool_code text not null,
        party_code text not null,
        party_role text not null,
        bank_code text not null,
        edition integer,
        valid_from date not null,
        valid_to date,
        reference text not null check (reference <> ''),
        note text not null,
        backdating_reason text not null,
        line_fen bigint check (line_fen > 0),
        pool_share_fen bigint check (pool_share_fen > 0),
        minimum_lending_fen bigint check (minimum_lending_fen > 0),
        minimum_per text not null check (minimum_per in ('year', 'term')),
        contribution_share text,
        top_up_below_fen bigint check (top_up_below_fen > 0),
        replaced_by text,
        state text not null check (state in ('entered', 'in_force', 'refused', 'replaced')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        entered_by text not null,
        entered_name text not null,
        entered_at timestamptz not null,
        released_by text check (released_by <> entered_by),
        released_name text,
        released_on date,
        foreign key (pool_code, party_code) references parties (pool_code, code),
        check (bank_code in ('', party_code)),
        check ((state in ('in_force', 'replaced')) = (released_by is not null)),
        check ((state in ('in_force', 'replaced')) = (edition is not null)),
        check ((state = 'replaced') = (replaced_by is not null))
    )
    """,
    "create index cooperation_agreements_page on cooperation_agreements (pool_code, id)",
    # A party has one version in force.
    """
    create unique index cooperation_agreements_one_in_force
        on cooperation_agreements (pool_code, party_code) where state = 'in_force'
    """,
    """
    create function refuse_change_of_agreement() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE'
            or (old.number, old.pool_code, old.party_code, old.valid_from, old.reference, old.note,
                old.line_fen, old.pool_share_fen, old.minimum_lending_fen, old.minimum_per,
                old.contribution_share, old.top_up_below_fen, old.entered_by)
            is distinct from
               (new.number, new.pool_code, new.party_code, new.valid_from, new.reference, new.note,
                new.line_fen, new.pool_share_fen, new.minimum_lending_fen, new.minimum_per,
                new.contribution_share, new.top_up_below_fen, new.entered_by)
        then
            raise exception 'the agreement % is not changed; a later version replaces it', old.number
                using errcode = 'restrict_violation';
        end if;
        return new;
    end $$
    """,
    """
    create trigger stays_as_entered before update or delete on cooperation_agreements
        for each row execute function refuse_change_of_agreement()
    """,
    """
    create table top_up_calls (
        id uuid primary key,
        number text not null unique,
        pool_code text not null references pools,
        amount_fen bigint not null check (amount_fen > 0),
        pay_by date not null,
        reason text not null,
        line_fen bigint not null,
        available_fen bigint not null,
        called_fen bigint not null,
        claims_fen bigint not null,
        paid_in_fen bigint not null,
        state text not null check (state in ('raised', 'called', 'refused')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        raised_by text not null,
        raised_name text not null,
        raised_at timestamptz not null,
        decided_by text check (decided_by <> raised_by),
        decided_name text,
        decided_on date,
        check ((state = 'raised') = (decided_by is null))
    )
    """,
    "create index top_up_calls_page on top_up_calls (pool_code, id)",
    """
    create table planned_money (
        pool_code text not null references pools,
        reference text not null,
        direction text not null check (direction in ('contribution', 'fee')),
        party_code text not null,
        amount_fen bigint not null check (amount_fen > 0),
        since date,
        due_on date not null,
        fee_kind text not null,
        agreement_id uuid references cooperation_agreements,
        call_id uuid references top_up_calls,
        dropped_by text not null default '',
        overdue_told_at timestamptz,
        primary key (pool_code, reference),
        foreign key (pool_code, party_code) references parties (pool_code, code),
        check ((direction = 'fee') = (fee_kind <> '')),
        check ((agreement_id is null) <> (call_id is null))
    )
    """,
    "create index planned_money_call on planned_money (call_id)",
    "create index planned_money_agreement on planned_money (agreement_id)",
    "create index planned_money_due on planned_money (due_on) where overdue_told_at is null",
    """
    create table run_offs (
        id uuid primary key,
        pool_code text not null references pools,
        from_day date not null,
        reason text not null,
        keeps_reserved boolean not null,
        begun_on date,
        shares jsonb,
        state text not null check (state in ('proposed', 'running', 'refused', 'to_distribute',
                                             'distributed', 'closed')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        proposed_by text not null,
        proposed_name text not null,
        proposed_at timestamptz not null,
        decided_by text check (decided_by <> proposed_by),
        decided_name text,
        decided_on date,
        distribution_by text,
        distribution_name text,
        distributed_by text check (distributed_by <> distribution_by),
        distributed_name text,
        distributed_on date,
        closed_on date,
        check ((state = 'proposed') = (decided_by is null)),
        check ((state in ('to_distribute', 'distributed', 'closed')) = (shares is not null)),
        check ((state in ('distributed', 'closed')) = (distributed_by is not null)),
        check ((state = 'closed') = (closed_on is not null))
    )
    """,
    """
    create unique index run_offs_one_of_a_pool on run_offs (pool_code) where state <> 'refused'
    """,
    "alter table pools add column run_off_from date, add column closed_on date",
    "alter table agreements add column agreement_id uuid references cooperation_agreements",
    # A contribution or a fee may be what was planned; what settles an item names it, as before.
    """
    do $$
    declare named text;
    begin
        select conname into strict named from pg_constraint
        where conrelid = 'cash_entries'::regclass and contype = 'c'
          and pg_get_constraintdef(oid) like '%set_aside%' and pg_get_constraintdef(oid) like '%item%';
        execute format('alter table cash_entries drop constraint %I', named);
    end $$
    """,
    """
    alter table cash_entries add constraint cash_entries_item_of_its_kind check (
        case when of_kind in ('receipt', 'payment', 'set_aside') then item <> ''
             when of_kind in ('contribution', 'fee') then item = '' or item like 'planned:%'
             else item = '' end)
    """,
)
_BUREAU_ONLY = ("top_up_calls", "run_offs")
_OWN_ROWS = {"cooperation_agreements": "bank_code", "planned_money": "party_code"}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    for table in _BUREAU_ONLY:
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy bureau on {table} "
            "using (current_setting('zhidai.institution', true) = '*')"
        )
    for table, bank in _OWN_ROWS.items():
        op.execute(f"alter table {table} enable row level security")
        # An unset setting reads as '' after a transaction, so '' must never match a row.
        op.execute(
            f"""create policy own_rows on {table} using (
                    current_setting('zhidai.institution', true) = '*'
                    or ({bank} <> '' and {bank} = current_setting('zhidai.institution', true)))"""
        )

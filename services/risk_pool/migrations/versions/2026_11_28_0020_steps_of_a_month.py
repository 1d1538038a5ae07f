"""A month is sent back with a reason, matched by money and closed; who was reminded of what; and how
far each producer has been heard."""

from alembic import op

from shared.messaging.counts import create_tables

revision = "0020"
down_revision = "0019"

STATES = "'previewed', 'confirmed', 'signed', 'posted', 'matched', 'closed'"
BOOKS_CLOSED = "'posted', 'matched', 'closed'"

SETTLEMENTS = (
    """
    alter table settlements
        add column sent_back_at timestamptz,
        add column sent_back_by text,
        add column sent_back_reason text,
        add column matched_on date,
        add column closed_at timestamptz,
        add column closed_by text
    """,
    # The old checks have names that PostgreSQL gave them.
    """
    do $$ declare name text; begin
        for name in select conname from pg_constraint
            where conrelid = 'settlements'::regclass and contype = 'c'
              and pg_get_constraintdef(oid) ~ '\\ystate\\y'
        loop execute format('alter table settlements drop constraint %I', name); end loop;
    end $$
    """,
    f"""
    alter table settlements
        add check (state in ({STATES})),
        add check ((state = 'previewed') = (confirmed_at is null)),
        add check ((state in ('signed', {BOOKS_CLOSED})) = (signed_at is not null)),
        add check ((state in ({BOOKS_CLOSED})) = (posted_on is not null)),
        add check ((state in ('matched', 'closed')) = (matched_on is not null)),
        add check ((state = 'closed') = (closed_at is not null)),
        add check ((sent_back_at is null) = (sent_back_reason is null)),
        add check (sent_back_at is null or state = 'previewed')
    """,
)

# A posted month goes on to be matched and closed; nothing else of it changes, whoever asks.
GUARDS = (
    f"""
    create or replace function refuse_change_of_posted() returns trigger language plpgsql as $$
    declare goes_on text[] :=
        '{{state,state_since,version,due_on,matched_on,closed_at,closed_by}}';
    begin
        if tg_op = 'DELETE' then
            raise exception 'the settlement of % for % (% or posted) is never removed',
                old.pool_code, old.month, old.state using errcode = 'restrict_violation';
        end if;
        if old.state in ({BOOKS_CLOSED}) and (
            new.state not in ({BOOKS_CLOSED}) or new.state = old.state
            or to_jsonb(new) - goes_on <> to_jsonb(old) - goes_on
        ) then
            raise exception 'the settlement of % for % is posted: it is not changed or removed',
                old.pool_code, old.month using errcode = 'restrict_violation';
        end if;
        return new;
    end $$
    """,
    f"""
    create or replace function refuse_change_of_posted_parts() returns trigger
        language plpgsql as $$
    begin
        if exists (
            select 1 from (select distinct settlement_id as id from touched) as whose
            left join settlements using (id)
            where state is null or state in ({BOOKS_CLOSED})
        ) then
            raise exception 'rows of % belong to a posted settlement and never change, or to none',
                tg_table_name using errcode = 'restrict_violation';
        end if;
        return null;
    end $$
    """,
)

# What was posted before and has been settled by money since is matched, as it would be today.
MATCHED_BEFORE = """
    with paid as (
        select settlements.id, version + 1 as version from settlements
        where state = 'posted' and not exists (
            select from open_items as item
            where item.pool_code = settlements.pool_code
              and item.reference = 'settlement:' || settlements.pool_code || ':'
                                   || settlements.month || ':' || item.party_code
              and item.amount_fen > (
                  select coalesce(sum(sign * amount_fen), 0) from cash_entries as entry
                  where entry.pool_code = item.pool_code and entry.item = item.reference
                    and entry.state = 'released'))
    ), moved as (
        update settlements set state = 'matched', state_since = now(), matched_on = current_date,
                               version = paid.version
        from paid where paid.id = settlements.id
    )
    insert into case_moves (case_kind, case_id, version, source, target, action, role, subject,
                            name, at)
    select 'settlement', id, version, 'posted', 'matched', 'match', 'system', 'system', '系统', now()
    from paid
"""

REMINDERS = (
    """
    create table month_reminders (
        id uuid primary key,
        pool_code text not null references pools,
        month text not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        party_code text not null,
        code text not null,
        count integer not null check (count >= 0),
        numbers jsonb not null,
        reminded_on date not null,
        at timestamptz not null,
        by_subject text not null,
        by_name text not null,
        constraint month_reminders_once_a_day
            unique (pool_code, month, party_code, code, reminded_on)
    )
    """,
    "select only_to_be_added_to('month_reminders')",
    "alter table month_reminders enable row level security",
    # An unset setting reads as '' after a transaction, so '' must never match a row.
    """
    create policy own_rows on month_reminders using (
        current_setting('zhidai.institution', true) = '*'
        or (party_code <> '' and party_code = current_setting('zhidai.institution', true)))
    """,
)

PRODUCERS = (
    """
    create table producers_told (
        producer text not null,
        month text not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        type text not null,
        count bigint not null check (count >= 0),
        primary key (producer, month, type)
    )
    """,
    """
    create table producers_told_until (
        producer text primary key,
        day date not null,
        heard_at timestamptz not null
    )
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in (*SETTLEMENTS, *GUARDS, MATCHED_BEFORE, *REMINDERS, *PRODUCERS):
        op.execute(statement)
    create_tables(op)

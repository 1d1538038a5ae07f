"""Cash is entered by one person and released by another; what is owed stands as open items."""

from alembic import op

revision = "0015"
down_revision = "0014"

CASH_ENTRIES = (
    # What one person booked before stays beside the new table until it is copied.
    "alter table cash_entries rename to cash_entries_of_one_person",
    """
    alter table cash_entries_of_one_person
        rename constraint cash_entries_number_key to cash_entries_of_one_person_number_key
    """,
    """
    alter table cash_entries_of_one_person
        rename constraint cash_entries_pkey to cash_entries_of_one_person_pkey
    """,
    """
    create table cash_entries (
        id uuid primary key,
        number text not null unique,
        pool_code text not null references pools,
        kind text not null check (
            kind in ('contribution', 'interest', 'fee', 'receipt', 'payment', 'set_aside',
                     'reversal')),
        of_kind text not null check (
            of_kind in ('contribution', 'interest', 'fee', 'receipt', 'payment', 'set_aside')),
        sign smallint not null check (sign in (1, -1)),
        root_id uuid not null references cash_entries,
        reverses uuid references cash_entries,
        reverses_number text not null default '',
        party_code text,
        amount_fen bigint not null check (amount_fen > 0),
        value_date date not null,
        bank_reference text not null default '',
        account text not null default '',
        item text not null default '',
        claim_id uuid references claims,
        loan_id uuid,
        note text not null default '',
        double_of uuid references cash_entries,
        state text not null,
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        entered_at timestamptz not null,
        entered_by text not null,
        entered_name text not null,
        released_by text,
        released_name text,
        released_on date,
        booked_on date,
        reference text,
        explanation_id uuid references explanations,
        constraint cash_entries_two_persons check (released_by <> entered_by),
        check ((kind = 'reversal') = (reverses is not null)),
        check ((kind = 'reversal') or (kind = of_kind and sign = 1 and root_id = id)),
        check ((of_kind = 'interest' or of_kind = 'fee') = (party_code is null)),
        check ((of_kind in ('receipt', 'payment', 'set_aside')) = (item <> '')),
        check ((state = 'released') = (released_by is not null)),
        check ((state = 'released') = (booked_on is not null)),
        check ((state = 'released') = (reference is not null))
    )
    """,
    # Nobody released these: they are of a time when one person was enough.
    """
    insert into cash_entries (id, number, pool_code, kind, of_kind, sign, root_id, party_code,
        amount_fen, value_date, note, state, state_since, entered_at, entered_by, entered_name,
        released_by, released_name, released_on, booked_on, reference)
    select id, number, pool_code, kind, kind, 1, id, party_code, amount_fen, booked_on, note,
        'released', created_at, created_at, created_by, created_by_name,
        'before-two-persons', '两人制度之前', booked_on, booked_on, reference
    from cash_entries_of_one_person
    """,
    "drop table cash_entries_of_one_person",
    # What paid claims and months then was booked without an entry.
    """
    insert into cash_entries (id, number, pool_code, kind, of_kind, sign, root_id, party_code,
        amount_fen, value_date, item, loan_id, state, state_since, entered_at, entered_by,
        entered_name, released_by, released_name, released_on, booked_on, reference, explanation_id)
    select id, prefix || '-K0-' || seq, pool_code, kind, kind, 1, id, split_part(other, ':', 2),
        amount_fen, business_date, reference, loan_id, 'released', booked_at, booked_at,
        'booked-by-its-case', '随补偿或月结入账', 'before-two-persons', '两人制度之前',
        business_date, business_date, reference, explanation_id
    from (
        select gen_random_uuid() as id, booked.*, pools.prefix,
               case when debit = 'cash' then 'receipt' else 'payment' end as kind,
               case when debit = 'cash' then credit else debit end as other
        from (select pool_code, seq, reference, debit, credit, amount_fen, business_date, loan_id,
                     explanation_id, booked_at from transfers) as booked
        join pools on pools.code = booked.pool_code
        where 'cash' in (debit, credit)
    ) as moved
    where other like any (array['payable:%', 'receivable:%'])
    """,
    "create index cash_entries_page on cash_entries (pool_code, id)",
    "create index cash_entries_item on cash_entries (pool_code, item) where item <> ''",
    "create index cash_entries_claim on cash_entries (claim_id) where claim_id is not null",
    "create index cash_entries_bank on cash_entries (pool_code, bank_reference)",
    "create index cash_entries_day on cash_entries (pool_code, value_date, amount_fen)",
    "create index cash_entries_chain on cash_entries (root_id)",
    """
    create unique index cash_entries_reference_once on cash_entries (pool_code, reference)
        where reference is not null
    """,
    # One reversal at a time: a second one would take the money back twice.
    """
    create unique index cash_entries_reversed_once on cash_entries (reverses)
        where state in ('entered', 'released')
    """,
    """
    create function refuse_change_of_cash_entry() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' or old.state = 'released'
            or (old.number, old.pool_code, old.kind, old.of_kind, old.sign, old.root_id,
                old.reverses, old.party_code, old.amount_fen, old.value_date, old.bank_reference,
                old.account, old.item, old.claim_id, old.note, old.double_of, old.entered_by)
            is distinct from
               (new.number, new.pool_code, new.kind, new.of_kind, new.sign, new.root_id,
                new.reverses, new.party_code, new.amount_fen, new.value_date, new.bank_reference,
                new.account, new.item, new.claim_id, new.note, new.double_of, new.entered_by)
        then
            raise exception 'the cash entry % is not changed or removed; it is reversed', old.number
                using errcode = 'restrict_violation';
        end if;
        return new;
    end $$
    """,
    """
    create trigger stays_as_entered before update or delete on cash_entries
        for each row execute function refuse_change_of_cash_entry()
    """,
    """
    create trigger never_emptied before truncate on cash_entries
        for each statement execute function refuse_change()
    """,
    "alter table cash_entries enable row level security",
    """
    create policy bureau on cash_entries
        using (current_setting('zhidai.institution', true) = '*')
    """,
)

OPEN_ITEMS = (
    """
    create table open_items (
        pool_code text not null references pools,
        reference text not null,
        direction text not null check (direction in ('receivable', 'payable')),
        party_code text not null,
        amount_fen bigint not null check (amount_fen > 0),
        since date not null,
        due_on date not null,
        overdue_told_at timestamptz,
        primary key (pool_code, reference)
    )
    """,
    "create index open_items_due on open_items (due_on) where overdue_told_at is null",
    "alter table open_items enable row level security",
    # An unset setting reads as '' after a transaction, so '' must never match a row.
    """
    create policy own_rows on open_items using (
        current_setting('zhidai.institution', true) = '*'
        or (party_code <> '' and party_code = current_setting('zhidai.institution', true)))
    """,
    """
    alter table settlement_statements add column earlier_fen bigint not null default 0
    """,
    # A month asks which of what is payable or receivable it, or a claim's payment, has settled.
    """
    create index transfers_settling on transfers (pool_code, business_date) where kind in (
        'settlement-net', 'settlement-collect', 'settlement-pay',
        'reversal-of-settlement-collect', 'reversal-of-settlement-pay',
        'claim-approved', 'unpaid-claim-adjusted', 'claim-paid', 'reversal-of-claim-approved',
        'reversal-of-unpaid-claim-adjusted', 'reversal-of-claim-paid')
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in (*CASH_ENTRIES, *OPEN_ITEMS):
        op.execute(statement)

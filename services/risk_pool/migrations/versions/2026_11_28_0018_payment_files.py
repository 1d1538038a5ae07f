"""Where parties are paid, files of payment orders, and what the bank says of them."""

from alembic import op

revision = "0018"
down_revision = "0017"

_TABLES = (
    """
    create table party_accounts (
        id uuid primary key,
        pool_code text not null,
        party_code text not null,
        purpose text not null check (purpose in ('payment', 'escrow')),
        holder text not null,
        account_number text not null check (account_number <> ''),
        bank_name text not null,
        cnaps text not null check (cnaps ~ '^[0-9]{12}$'),
        valid_from date not null,
        state text not null check (state in ('entered', 'confirmed', 'refused')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        entered_by text not null,
        entered_name text not null,
        entered_at timestamptz not null,
        confirmed_by text check (confirmed_by <> entered_by),
        confirmed_name text,
        confirmed_at timestamptz,
        foreign key (pool_code, party_code) references parties (pool_code, code),
        check ((state = 'confirmed') = (confirmed_by is not null))
    )
    """,
    "create index party_accounts_page on party_accounts (pool_code, party_code, id)",
    """
    create table payment_files (
        id uuid primary key,
        number text not null unique,
        pool_code text not null references pools,
        account_id uuid not null references pool_accounts,
        execution_on date not null,
        orders integer not null check (orders > 0),
        total_fen bigint not null check (total_fen > 0),
        content bytea not null,
        sha256 bytea not null check (sha256 = sha256(content)),
        state text not null,
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        prepared_by text not null,
        prepared_name text not null,
        prepared_at timestamptz not null,
        released_by text check (released_by <> prepared_by),
        released_name text,
        released_on date,
        check ((state = 'released') = (released_by is not null))
    )
    """,
    "create index payment_files_page on payment_files (pool_code, id)",
    """
    create table payment_orders (
        id uuid primary key,
        pool_code text not null references pools,
        file_id uuid not null references payment_files,
        position integer not null,
        end_to_end text not null unique check (length(end_to_end) <= 35),
        item text not null check (item <> ''),
        party_code text not null,
        entry_id uuid not null unique references cash_entries,
        party_account_id uuid not null references party_accounts,
        amount_fen bigint not null check (amount_fen > 0),
        reason_code text not null default '',
        reason text not null default '',
        state text not null check (state in ('prepared', 'ordered', 'freed', 'pending', 'accepted',
                                             'rejected', 'taken_back')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        unique (file_id, position)
    )
    """,
    # Never paid twice, whoever prepares at the same time.
    """
    create unique index payment_orders_item_once on payment_orders (pool_code, item)
        where state in ('prepared', 'ordered', 'pending', 'accepted')
    """,
    """
    create table payment_status_reports (
        id uuid primary key,
        pool_code text not null references pools,
        file_id uuid not null references payment_files,
        message text not null,
        file_sha256 bytea not null check (octet_length(file_sha256) = 32),
        imported_at timestamptz not null,
        imported_by text not null,
        imported_name text not null,
        constraint payment_status_reports_once unique (pool_code, message)
    )
    """,
    "create index payment_status_reports_file on payment_status_reports (file_id)",
    "select only_to_be_added_to('payment_status_reports')",
    """
    create function refuse_change_of_payment_file() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE'
            or (old.number, old.pool_code, old.account_id, old.execution_on, old.orders,
                old.total_fen, old.content, old.prepared_by)
            is distinct from
               (new.number, new.pool_code, new.account_id, new.execution_on, new.orders,
                new.total_fen, new.content, new.prepared_by)
        then
            raise exception 'the payment file % is not changed or removed', old.number
                using errcode = 'restrict_violation';
        end if;
        return new;
    end $$
    """,
    """
    create trigger stays_as_prepared before update or delete on payment_files
        for each row execute function refuse_change_of_payment_file()
    """,
)
_BUREAU_ONLY = ("party_accounts", "payment_files", "payment_orders", "payment_status_reports")


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

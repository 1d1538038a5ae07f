"""Messages, their deliveries and attempts, endpoints with their secrets, subscriptions, readers"""

from alembic import op

from shared.messaging import tables as messaging
from shared.postgres import calendar_overrides, idempotency_keys, sandbox_clock

revision = "2026_11_22_0001"
down_revision = None

STATEMENTS = (
    # Positions are given out under an advisory lock, so that they become visible in their order:
    # a reader who has seen n has seen everything up to n.
    """
    create table messages (
        id uuid primary key,
        position bigint generated always as identity unique,
        event_id uuid not null,
        event_type text not null,
        institution text not null check (institution <> ''),
        roles text[] not null,
        in_inbox boolean not null,
        acts boolean not null,
        pool_code text not null,
        bank_code text not null,
        loan_id uuid,
        subject text not null,
        happened_at timestamptz not null,
        created_at timestamptz not null,
        title_zh text not null,
        text_zh text not null,
        title_en text not null,
        text_en text not null,
        link text not null,
        payload bytea not null,
        unique (event_id, institution)
    )
    """,
    "create index messages_inbox on messages (institution, position) where in_inbox",
    "create index messages_of_loan on messages (loan_id, position) where loan_id is not null",
    """
    create table pool_banks (
        pool_code text not null,
        bank_code text not null,
        primary key (pool_code, bank_code)
    )
    """,
    """
    create table endpoints (
        id uuid primary key,
        institution text not null check (institution <> ''),
        url text not null,
        description text not null,
        event_types text[] not null,
        state text not null check (state in ('active', 'paused', 'disabled', 'deleted')),
        state_reason text not null,
        failing_since timestamptz,
        last_error text not null default '',
        created_at timestamptz not null,
        created_by text not null,
        version integer not null default 1
    )
    """,
    "create index endpoints_of on endpoints (institution, id)",
    """
    create table endpoint_secrets (
        id uuid primary key,
        endpoint_id uuid not null references endpoints,
        institution text not null,
        sealed bytea not null,
        created_at timestamptz not null,
        created_by text not null,
        retired_at timestamptz
    )
    """,
    "create index endpoint_secrets_of on endpoint_secrets (endpoint_id) where retired_at is null",
    """
    create table subscriptions (
        id uuid primary key,
        institution text not null check (institution <> ''),
        subject text not null,
        address text not null,
        language text not null check (language in ('zh', 'en')),
        event_types text[] not null,
        roles text[] not null,
        created_at timestamptz not null,
        created_by text not null,
        deleted_at timestamptz
    )
    """,
    "create index subscriptions_of on subscriptions (institution) where deleted_at is null",
    """
    create table deliveries (
        id uuid primary key,
        message_id uuid not null references messages,
        institution text not null,
        channel text not null check (channel in ('webhook', 'email')),
        receiver_id uuid not null,
        state text not null check (state in ('pending', 'delivered', 'failed', 'cancelled')),
        tries integer not null default 0 check (tries >= 0),
        attempts integer not null default 0 check (attempts >= tries),
        next_attempt_at timestamptz not null,
        last_error text not null default '',
        created_at timestamptz not null,
        finished_at timestamptz,
        unique (message_id, receiver_id)
    )
    """,
    # What is due of one receiver, oldest first; delivered rows are not in it.
    """
    create index deliveries_due on deliveries (receiver_id, next_attempt_at)
        where state = 'pending'
    """,
    """
    create index deliveries_due_email on deliveries (next_attempt_at)
        where state = 'pending' and channel = 'email'
    """,
    "create index deliveries_failed on deliveries (message_id) where state = 'failed'",
    "create index deliveries_of_receiver on deliveries (receiver_id, message_id)",
    """
    create table attempts (
        id uuid primary key,
        delivery_id uuid not null references deliveries,
        institution text not null,
        number integer not null,
        began_at timestamptz not null,
        duration_ms integer not null,
        status integer,
        error text not null,
        answer text not null,
        unique (delivery_id, number)
    )
    """,
    """
    create table read_marks (
        message_id uuid not null references messages,
        institution text not null,
        subject text not null,
        read_at timestamptz not null,
        primary key (message_id, subject)
    )
    """,
    """
    create table read_up_to (
        institution text not null,
        subject text not null,
        position bigint not null,
        read_at timestamptz not null,
        primary key (institution, subject)
    )
    """,
)

PROTECTED = (
    "messages",
    "endpoints",
    "endpoint_secrets",
    "subscriptions",
    "deliveries",
    "attempts",
    "read_marks",
    "read_up_to",
)
"""Tables whose rows belong to one institution."""


def upgrade() -> None:
    messaging.create_all(op)
    idempotency_keys.create_tables(op)
    sandbox_clock.create_tables(op)
    calendar_overrides.create_tables(op)
    for statement in STATEMENTS:
        op.execute(statement)
    for table in PROTECTED:
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"""
            create policy own_institution on {table}
                using (current_setting('zhidai.institution', true) in ('*', institution))
            """
        )
    # Which banks work with a pool is nobody's business but the house's own.
    op.execute("alter table pool_banks enable row level security")
    op.execute(
        """
        create policy house_only on pool_banks
            using (current_setting('zhidai.institution', true) = '*')
        """
    )

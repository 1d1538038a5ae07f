"""One table of receivers for every channel, known to deliveries by a foreign key; moves of
receivers in the history; secrets are encrypted, not sealed"""

from alembic import op

from shared import transitions

revision = "2026_11_28_0002"
down_revision = "2026_11_22_0001"

STATEMENTS = (
    # A machine (for_people is false) is told everything its institution may know; people are
    # told what stands in the inbox of their roles.
    """
    create table receivers (
        id uuid primary key,
        institution text not null check (institution <> ''),
        channel text not null check (channel <> ''),
        for_people boolean not null,
        roles text[] not null,
        event_types text[] not null,
        state text not null check (state in ('active', 'paused', 'disabled', 'deleted')),
        state_since timestamptz not null,
        state_reason text not null default '',
        due_on date,
        failing_since timestamptz,
        last_error text not null default '',
        created_at timestamptz not null,
        created_by text not null,
        version integer not null default 1
    )
    """,
    """
    insert into receivers (id, institution, channel, for_people, roles, event_types, state,
                           state_since, state_reason, failing_since, last_error, created_at,
                           created_by, version)
    select id, institution, 'webhook', false, '{}', event_types, state, created_at, state_reason,
           failing_since, last_error, created_at, created_by, version
    from endpoints
    """,
    """
    insert into receivers (id, institution, channel, for_people, roles, event_types, state,
                           state_since, state_reason, created_at, created_by, version)
    select id, institution, 'email', true, roles, event_types,
           case when deleted_at is null then 'active' else 'deleted' end,
           coalesce(deleted_at, created_at), case when deleted_at is null then '' else 'deleted' end,
           created_at, subject, case when deleted_at is null then 1 else 2 end
    from subscriptions
    """,
    "create index receivers_of on receivers (institution, channel, id)",
    "create index receivers_by_channel on receivers (channel, state)",
    "drop index endpoints_of",
    """
    alter table endpoints
        drop column event_types,
        drop column state,
        drop column state_reason,
        drop column failing_since,
        drop column last_error,
        drop column created_at,
        drop column created_by,
        drop column version,
        add foreign key (id) references receivers
    """,
    "drop index subscriptions_of",
    """
    alter table subscriptions
        drop column subject,
        drop column event_types,
        drop column roles,
        drop column created_at,
        drop column created_by,
        drop column deleted_at,
        add foreign key (id) references receivers
    """,
    "drop index deliveries_due_email",
    """
    alter table deliveries
        drop column channel,
        add foreign key (receiver_id) references receivers
    """,
    "alter table endpoint_secrets rename column sealed to encrypted",
    "alter table receivers enable row level security",
    """
    create policy own_institution on receivers
        using (current_setting('zhidai.institution', true) in ('*', institution))
    """,
)


def upgrade() -> None:
    transitions.create_tables(op)
    for statement in STATEMENTS:
        op.execute(statement)

"""A webhook's address and its secrets wait for a second person.

Revision ID: 2026_12_07_0171
"""

from alembic import op

revision = "2026_12_07_0171"
down_revision = "2026_12_07_0170"

STATEMENTS = (
    # A mailbox is asked by a letter, a webhook's address by a second person.
    """
    alter table receivers drop constraint mailboxes_are_asked,
        add constraint receivers_are_asked
        check (confirmed_at is not null or channel in ('email', 'webhook'))
    """,
    "alter table endpoints add column proposed_url text, add column proposed_by text, "
    "add constraint endpoints_proposed_by_somebody check ((proposed_url is null) = (proposed_by is null))",
    "alter table endpoint_secrets add column waits_since timestamptz",
    """
    create table endpoint_confirmations (
        id bigint generated always as identity primary key,
        endpoint_id uuid not null references endpoints,
        institution text not null,
        kind text not null check (kind in ('endpoint', 'url', 'secret')),
        asked_by text not null,
        confirmed_by text not null check (confirmed_by <> asked_by),
        confirmed_at timestamptz not null
    )
    """,
    "create index endpoint_confirmations_of_endpoint on endpoint_confirmations (endpoint_id)",
    "alter table endpoint_confirmations enable row level security",
    """
    create policy own_endpoints on endpoint_confirmations
        using (current_setting('zhidai.institution', true) in ('*', institution))
    """,
    """
    create function refuse_other_confirmations() returns trigger language plpgsql as $$
    begin
        raise exception 'what was confirmed of an endpoint is not changed or removed'
            using errcode = 'restrict_violation';
    end $$
    """,
    """
    create trigger confirmations_stay before update or delete on endpoint_confirmations
        for each row execute function refuse_other_confirmations()
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in STATEMENTS:
        op.execute(statement)

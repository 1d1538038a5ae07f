"""The tables every service keeps for its messages, made by its first migration.

Plain DDL: every row here is written and read by set-based SQL of this package, never by an ORM.
No column that becomes a header may be null: some readers fail on a header without a value.
"""

from typing import Final, Protocol

TABLES: Final = ("outbox", "event_feed", "inbox", "parked", "parking_log")
"""Names for a migration environment that compares models with the schema: leave these out."""

_OUTBOX = (
    # The queue is emptied as fast as it fills, so dead rows are the rule: vacuum by their number,
    # not by a share of a table that is nearly empty.
    """
    create table outbox (
        id bigint generated always as identity primary key,
        event_id uuid not null,
        aggregatetype text not null,
        aggregateid text not null check (aggregateid <> ''),
        type text not null,
        payload bytea not null,
        content_type text not null default 'application/json',
        ce_specversion text not null default '1.0',
        ce_source text not null check (ce_source <> ''),
        ce_time timestamptz not null,
        ce_subject text not null check (ce_subject <> ''),
        traceparent text not null,
        institution text not null default '',
        appended_at timestamptz not null default now()
    ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)
    """,
    "alter table outbox enable row level security",
    # Whoever acts may say what happened; only the relay reads what others said.
    "create policy outbox_append on outbox for insert with check (true)",
    """
    create policy outbox_relay on outbox
        using (current_setting('zhidai.institution', true) = '*')
    """,
)

_EVENT_FEED = (
    """
    create table event_feed (
        position bigint primary key,
        event_id uuid not null,
        topic text not null,
        key text not null,
        type text not null,
        body bytea not null,
        source text not null,
        occurred_at timestamptz not null,
        subject text not null,
        traceparent text not null,
        institution text not null,
        published_at timestamptz not null default now()
    )
    """,
    "create index event_feed_institution on event_feed (institution, position)",
    "alter table event_feed enable row level security",
    # The comparison with '' keeps a session that never said whose eyes it has from seeing the
    # house's own events: after a transaction an unset custom setting reads as ''.
    """
    create policy event_feed_own on event_feed using (
        current_setting('zhidai.institution', true) = '*'
        or (institution <> '' and institution = current_setting('zhidai.institution', true))
    )
    """,
)

_INBOX = (
    """
    create table inbox (
        event_id uuid primary key,
        heard_at timestamptz not null default now()
    )
    """,
)

_PARKED = (
    """
    create table parked (
        position bigint generated always as identity primary key,
        event_id uuid not null unique,
        topic text not null,
        key text not null,
        type text not null,
        headers text not null,
        body bytea,
        reason text not null check (reason in ('failed', 'behind')),
        error text not null,
        attempts integer not null,
        parked_at timestamptz not null default now(),
        last_tried_at timestamptz
    )
    """,
    "create index parked_key on parked (topic, key, position)",
    """
    create table parking_log (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        by text not null check (by <> ''),
        outcome text not null check (outcome in ('applied', 'failed', 'discarded')),
        event_id uuid not null,
        topic text not null,
        key text not null,
        type text not null,
        note text not null
    )
    """,
    "alter table parked enable row level security",
    """
    create policy parked_staff on parked
        using (current_setting('zhidai.institution', true) = '*')
    """,
    "alter table parking_log enable row level security",
    """
    create policy parking_log_staff on parking_log
        using (current_setting('zhidai.institution', true) = '*')
    """,
)

STATEMENTS: Final = (*_OUTBOX, *_EVENT_FEED, *_INBOX, *_PARKED)
"""The DDL in order, for whoever has a connection but no migration."""


class Executes(Protocol):
    """What is needed of Alembic's `op`."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""


def create_all(op: Executes) -> None:
    """Make the messaging tables, with their row-level security."""
    for statement in STATEMENTS:
        op.execute(statement)

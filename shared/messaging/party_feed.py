"""The event feed of parties that are no banks: for each event, which of them it names.

A column beside `institution`, for an event may name several. The outbox has it from whoever says the
event, the relay carries it on into the feed; transports carry no such thing, for only feeds ask.
"""

from shared.messaging.tables import Executes

STATEMENTS = (
    "alter table outbox add column parties text[] not null default '{}'",
    "alter table event_feed add column parties text[] not null default '{}'",
    "create index event_feed_parties on event_feed (position) where parties <> '{}'",
    # Their institutions begin with what no bank's code has, and an unset one reads as ''.
    """
    create policy event_feed_of_parties on event_feed using (
        current_setting('zhidai.institution', true) like 'party:%'
        and current_setting('zhidai.institution', true) = any (parties)
    )
    """,
)


def add_columns(op: Executes) -> None:
    """Let the feed tell parties apart, in a migration (`op` is Alembic's)."""
    for statement in STATEMENTS:
        op.execute(statement)

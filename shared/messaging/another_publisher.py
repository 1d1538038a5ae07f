"""Where another program publishes in the relay's place: what the feed has besides for it.

Debezium reads new rows of the feed from the database's own log and publishes them with the headers that
the relay would give them. It reads the feed, not the outbox, for there events have their numbers: the
relay goes on numbering, counting and clearing the outbox. A header is a column, so the epoch is one; and
so is the version of CloudEvents, for Kafka Connect would make the number 1 of a literal "1.0".
"""

from typing import Final

from shared.messaging.tables import Executes

STATEMENTS: Final = (
    "alter table event_feed add column epoch text not null default ''",
    "alter table event_feed add column specversion text not null default '1.0'",
)


def add_columns(op: Executes) -> None:
    """Let the feed say all that travels with an event, in a migration (`op` is Alembic's)."""
    for statement in STATEMENTS:
        op.execute(statement)
